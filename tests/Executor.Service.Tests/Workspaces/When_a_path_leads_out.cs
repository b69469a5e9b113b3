using System.Diagnostics;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tests.Workspaces;

public sealed class When_a_path_leads_out : IDisposable
{
    readonly ToolBench _bench = new();

    public When_a_path_leads_out()
    {
        File.WriteAllText(_bench.Outside("secret.txt"), "top secret");
        _bench.Write("in/a.txt", "inside");
        File.CreateSymbolicLink(_bench.At("link-out"), "../secret.txt");
        File.CreateSymbolicLink(_bench.At("dir-out"), "..");
        File.CreateSymbolicLink(_bench.At("link-in"), "in/a.txt");
        File.CreateSymbolicLink(_bench.At("loop"), "loop");
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("../secret.txt")]
    [InlineData("in/../../secret.txt")]
    [InlineData("link-out")]
    [InlineData("dir-out/secret.txt")]
    [InlineData("in/../dir-out/secret.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("loop")]
    [InlineData("loop/x")]
    [InlineData("a\0b")]
    [InlineData("dir-out/workspace-sibling/new.txt")]
    public void It_is_refused_before_anything_is_opened(string path)
    {
        _bench.Refused(new ReadFile(), new { path }).Rule.ShouldBe(ToolRefusedException.Confinement);
        _bench.Refused(new WriteFile(), new { path, content = "x" }).Rule.ShouldBe(ToolRefusedException.Confinement);
        File.ReadAllText(_bench.Outside("secret.txt")).ShouldBe("top secret");
    }

    [Fact]
    public async Task A_link_that_stays_inside_is_followed_and_named_by_its_target()
    {
        _bench.Open().Resolve("link-in").ShouldBeOfType<PathResolution.Inside>().Path.Relative.ShouldBe("in/a.txt");
        (await _bench.TextAsync(new ReadFile(), new { path = "link-in" })).ShouldBe("inside");
        (await _bench.TextAsync(new ReadFile(), new { path = _bench.At("in/../in/a.txt") })).ShouldBe("inside");
    }

    [Fact]
    public void A_sibling_with_the_same_beginning_is_outside()
    {
        Directory.CreateDirectory(_bench.Outside("workspace-sibling"));

        _bench.Open().Resolve("../workspace-sibling/x").ShouldBeOfType<PathResolution.Refused>();
    }

    [Fact]
    public async Task A_directory_exchanged_for_a_link_after_the_decision_is_not_followed()
    {
        var workspace = _bench.Open();
        var path = workspace.Resolve("in/a.txt").ShouldBeOfType<PathResolution.Inside>().Path;
        Directory.CreateDirectory(_bench.Outside("trap"));
        File.WriteAllText(_bench.Outside("trap/a.txt"), "trap");
        Directory.Move(_bench.At("in"), _bench.At("moved"));
        File.CreateSymbolicLink(_bench.At("in"), _bench.Outside("trap"));

        Should.Throw<ToolFailedException>(() => workspace.OpenFile(path, out _)).Message.ShouldContain("symbolic link");
        Should.Throw<ToolFailedException>(() => AtomicFile.Write(workspace, path, "x"u8, "key"));
        (await File.ReadAllTextAsync(_bench.Outside("trap/a.txt"), TestContext.Current.CancellationToken)).ShouldBe("trap");
    }

    [Fact]
    public void A_file_exchanged_for_a_link_after_the_decision_is_replaced_and_not_written_through()
    {
        var workspace = _bench.Open();
        var path = workspace.Resolve("in/a.txt").ShouldBeOfType<PathResolution.Inside>().Path;
        File.Delete(_bench.At("in/a.txt"));
        File.CreateSymbolicLink(_bench.At("in/a.txt"), _bench.Outside("secret.txt"));

        Should.Throw<ToolFailedException>(() => workspace.OpenFile(path, out _));
        AtomicFile.Write(workspace, path, "new"u8, "key");

        File.ReadAllText(_bench.Outside("secret.txt")).ShouldBe("top secret");
        File.ReadAllText(_bench.At("in/a.txt")).ShouldBe("new");
    }

    [Fact]
    public async Task A_hard_link_to_a_file_outside_is_not_read_and_not_written_through()
    {
        await LinkAsync(_bench.Outside("secret.txt"), _bench.At("hard.txt"));

        (await _bench.TextAsync(new ReadFile(), new { path = "hard.txt" })).ShouldContain("hard link to a file outside");
        (await _bench.JsonAsync(new SearchText(), new { pattern = "secret" })).GetProperty("total").GetInt64().ShouldBe(0);
        await _bench.TextAsync(new WriteFile(), new { path = "hard.txt", content = "changed" });
        File.ReadAllText(_bench.Outside("secret.txt")).ShouldBe("top secret");
    }

    [Fact]
    public async Task A_hard_link_within_the_workspace_is_an_ordinary_file()
    {
        await LinkAsync(_bench.At("in/a.txt"), _bench.At("b.txt"));

        (await _bench.TextAsync(new ReadFile(), new { path = "b.txt" })).ShouldBe("inside");
    }

    static async Task LinkAsync(string target, string name)
    {
        using var link = Process.Start("ln", [target, name]);
        await link.WaitForExitAsync(TestContext.Current.CancellationToken);
        link.ExitCode.ShouldBe(0);
    }
}
