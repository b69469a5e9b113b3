using Agent.Executor.Service.WorkingCopies;

namespace Agent.Executor.Service.Tests.WorkingCopies;

public class UnifiedDiffTests
{
    [Theory]
    [InlineData("", "a\n", "@@ -0,0 +1 @@\n+a\n")]
    [InlineData("a\n", "", "@@ -1 +0,0 @@\n-a\n")]
    [InlineData("a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n")]
    [InlineData("a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n")]
    [InlineData("a\n", "a\n", "")]
    public void Of_SmallTexts_IsAsDiffWritesIt(string old, string now, string diff) => UnifiedDiff.Of(old, now).Text.ShouldBe(diff);

    [Fact]
    public void Of_AnyTexts_IsTakenByPatch()
    {
        Assert.SkipWhen(Agent.Executor.Service.Sandbox.MachinePaths.FindProgram("patch") is null, "patch is not installed.");
        var random = new Random(7);
        var folder = Directory.CreateTempSubdirectory("agent-diff-");
        for (var trial = 0; trial < 40; trial++)
        {
            var (old, now) = (Text(random), Text(random));
            var file = Path.Combine(folder.FullName, "f");
            File.WriteAllText(file, old);
            File.WriteAllText(file + ".diff", $"--- f\n+++ f\n{UnifiedDiff.Of(old, now).Text}");
            if (old != now)
            {
                using var patch = System.Diagnostics.Process.Start("patch", ["-s", file, file + ".diff"]);
                patch.WaitForExit();
                patch.ExitCode.ShouldBe(0);
            }

            (File.Exists(file) ? File.ReadAllText(file) : "").ShouldBe(now);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void Of_TextsWithoutACommonLine_IsFoundWithoutLookingForTheShortestWay()
    {
        var (text, added, removed) = UnifiedDiff.Of(string.Concat(Enumerable.Range(0, 5000).Select(line => $"a{line}\n")), string.Concat(Enumerable.Range(0, 5000).Select(line => $"b{line}\n")));

        (added, removed).ShouldBe((5000, 5000));
        text.ShouldStartWith("@@ -1,5000 +1,5000 @@\n-a0\n");
    }

    static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => $"{(char)('a' + random.Next(4))}\n")) + (random.Next(2) == 0 ? "" : "end");
}
