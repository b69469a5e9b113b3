namespace Agent.Guardrails.Tests.Judging;

public class MountedFilesTests
{
    const string Paths = """
        rules:
          - { id: all, answer: allow, reason: r, paths: ["**"], access: read }
          - { id: mounted, answer: deny, reason: What is mounted into the workspace belongs to somebody else., paths: ["**"], mounted: true }
        """;

    [Fact]
    public void A_file_below_a_mount_in_the_workspace_is_told_from_one_of_its_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Mounts are looked at on Linux.");
        var bundle = PolicyBundle.Load(
            new Dictionary<string, string>
            {
                ["tools.yaml"] = "rules:\n  - { id: tools, answer: allow, reason: r, tools: [read_file], requires: path }\n",
                ["paths.yaml"] = Paths,
            },
            GuardrailSettings.None).Bundle!;

        // Every Linux has something mounted at /dev; the names below it need not exist.
        bundle.Decide(ToolRequests.ForPath(isWrite: false, "/dev/null", "/")).Rule.ShouldBe("mounted");
        bundle.Decide(ToolRequests.ForPath(isWrite: false, "/dev/not/there/yet", "/")).Rule.ShouldBe("mounted");
        bundle.Decide(ToolRequests.ForPath(isWrite: false, "/dev/null", "/dev")).Rule.ShouldBe("all");
    }
}
