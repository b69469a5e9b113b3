using Agent.Contracts;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Tests.Checks;

public sealed class FileChecksTests : IDisposable
{
    readonly ReviewedStep _step = new();

    [Theory]
    [InlineData(CriterionKind.FileExists, "notes/a.txt", null, true)]
    [InlineData(CriterionKind.FileExists, "notes/b.txt", null, false)]
    [InlineData(CriterionKind.FileExists, "notes", null, false)]
    [InlineData(CriterionKind.FileContains, "notes/a.txt", "grüße", true)]
    [InlineData(CriterionKind.FileContains, "notes/a.txt", "Grüße", false)]
    [InlineData(CriterionKind.FileContains, "notes/b.txt", "x", false)]
    [InlineData(CriterionKind.FileLacks, "notes/a.txt", "cat", true)]
    [InlineData(CriterionKind.FileLacks, "notes/a.txt", "grüße", false)]
    [InlineData(CriterionKind.FileLacks, "notes/b.txt", "x", false)]
    public async Task Check_LooksAtTheFile(CriterionKind kind, string path, string? text, bool passes)
    {
        _step.Write("notes/a.txt", "viele grüße\n");

        var finding = await CheckAsync(kind, path, text);

        finding.Passed.ShouldBe(passes);
        if (passes)
        {
            finding.Evidence.ShouldContain("sha256");
        }
    }

    [Theory]
    [InlineData("../secret.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("notes/../../secret.txt")]
    [InlineData("link/passwd")]
    [InlineData("chain/passwd")]
    [InlineData("filelink")]
    [InlineData("loop/x")]
    public async Task Check_PathOutOfTheWorkspace_IsNotLookedAt(string path)
    {
        Directory.CreateSymbolicLink(Path.Combine(_step.Workspace, "link"), "/etc");
        Directory.CreateSymbolicLink(Path.Combine(_step.Workspace, "chain"), "link");
        File.CreateSymbolicLink(Path.Combine(_step.Workspace, "filelink"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_step.Workspace, "loop"), "loop");

        var finding = await CheckAsync(CriterionKind.FileExists, path, null);

        finding.Passed.ShouldBeFalse();
        finding.Evidence.ShouldContain("workspace");
    }

    [Fact]
    public async Task Check_LinkWithinTheWorkspace_IsFollowed()
    {
        _step.Write("real/a.txt", "x");
        Directory.CreateSymbolicLink(Path.Combine(_step.Workspace, "alias"), "real");

        (await CheckAsync(CriterionKind.FileExists, "alias/a.txt", null)).Passed.ShouldBeTrue();
    }

    public void Dispose() => _step.Dispose();

    Task<Finding> CheckAsync(CriterionKind kind, string path, string? text)
    {
        ICriterionCheck check = kind switch { CriterionKind.FileExists => new FileExistsCheck(), CriterionKind.FileContains => new FileContainsCheck(), _ => new FileLacksCheck() };
        return check.CheckAsync(new AcceptanceCriterion(kind, path, text), _step.UnderReview, TestContext.Current.CancellationToken);
    }
}
