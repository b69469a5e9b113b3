namespace Agent.Guardrails.Tests.Judging;

public class SandboxDemandTests
{
    const string Rules = """
        rules:
          - { id: tools, answer: allow, reason: r, tools: [run_command], requires: command }
          - { id: looks, answer: allow, reason: r, commands: [ls, cat] }
          - { id: builds, answer: allow, reason: r, commands: [make], sandbox: landlock }
          - { id: risky, answer: ask, reason: r, commands: [make docs], sandbox: bubblewrap }
        """;

    [Theory]
    [InlineData("ls", "plain", Ruling.Allow)]
    [InlineData("make", "landlock", Ruling.Allow)]
    [InlineData("make", "bubblewrap", Ruling.Allow)]
    [InlineData("make", "plain", Ruling.Deny)]
    [InlineData("make", "of a kind nobody knows", Ruling.Deny)]
    [InlineData("ls && make", "plain", Ruling.Deny)]
    [InlineData("make docs", "bubblewrap", Ruling.Ask)]
    [InlineData("make docs", "landlock", Ruling.Deny)]
    [InlineData("make", null, Ruling.Allow)]
    public void A_rule_demands_a_sandbox_for_what_it_allows(string line, string? sandbox, Ruling wanted)
    {
        var decision = Load("version: 1\n").Decide(ToolRequests.ForCommand(line, "/w") with { Sandbox = sandbox });

        decision.Ruling.ShouldBe(wanted);
        if (wanted == Ruling.Deny)
        {
            decision.Rule.ShouldBe("sandbox-too-weak");
            decision.Reason.ShouldContain($"here there is {sandbox}");
        }
    }

    [Theory]
    [InlineData("none", "plain", Ruling.Allow)]
    [InlineData("landlock", "plain", Ruling.Deny)]
    [InlineData("landlock", "landlock", Ruling.Allow)]
    [InlineData("bubblewrap", "landlock", Ruling.Deny)]
    [InlineData("bubblewrap", "bubblewrap", Ruling.Allow)]
    public void The_limits_demand_one_for_every_process(string least, string sandbox, Ruling wanted) =>
        Load($"sandbox: {{ least: {least} }}\n").Decide(ToolRequests.ForCommand("ls", "/w") with { Sandbox = sandbox }).Ruling.ShouldBe(wanted);

    [Fact]
    public void A_decision_says_what_it_demands() =>
        Load("sandbox: { least: plain }\n").Decide(ToolRequests.ForCommand("cat x | make", "/w")).LeastSandbox.ShouldBe("landlock");

    static PolicyBundle Load(string limits) => PolicyBundle.Load(
        new Dictionary<string, string> { ["tools.yaml"] = Rules, ["limits.yaml"] = limits, ["paths.yaml"] = "rules:\n  - { id: all, answer: allow, reason: r, paths: [\"**\"] }\n" }, GuardrailSettings.None).Bundle!;
}
