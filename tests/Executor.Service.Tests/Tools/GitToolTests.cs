using System.Diagnostics;
using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Tools;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class GitToolTests : IDisposable
{
    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Git_AddCommitLog_WorkWithoutHooksOrSettings(string level)
    {
        var git = await GitAsync(level);
        await RunGitAsync("init", "-q", _bench.Root);
        _bench.Write("a.txt", "x\n");
        var hook = _bench.Write(".git/hooks/pre-commit", "#!/bin/sh\ntouch hooked\nexit 1\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.AppendAllText(_bench.At(".git/config"), "[core]\n\tpager = touch paged\n\tfsmonitor = touch watched\n[diff]\n\texternal = touch diffed\n");

        await SucceedsAsync(git, "add", "a.txt");
        await SucceedsAsync(git, "commit", "-m", "first");
        var log = await SucceedsAsync(git, "log", "--oneline");
        await SucceedsAsync(git, "status", "--porcelain");
        _bench.Write("a.txt", "y\n");
        var diff = await SucceedsAsync(git, "diff");

        log.ShouldEndWith("first\n");
        diff.ShouldContain("+y");
        Directory.GetFiles(_bench.Root).ShouldBe([_bench.At("a.txt")]);
    }

    [Fact]
    public async Task Git_NoRepository_SaysSo()
    {
        var answer = await _bench.JsonAsync(await GitAsync("plain"), new { args = new[] { "status" } });

        answer.GetProperty("exit_code").GetInt32().ShouldBe(128);
        answer.GetProperty("stderr").GetString()!.ShouldContain("not a git repository");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Git_LinkedWorkTree_IsReadThroughItsRepository(string level)
    {
        var git = await GitAsync(level);
        var main = Directory.CreateDirectory(_bench.Outside("main")).FullName;
        await RunGitAsync("init", "-q", main);
        await RunGitAsync("-C", main, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "root");
        Directory.Delete(_bench.Root);
        await RunGitAsync("-C", main, "worktree", "add", "-q", _bench.Root);

        (await SucceedsAsync(git, "log", "--oneline")).ShouldEndWith("root\n");
    }

    [Fact]
    public void Git_WorkTreeFileThatNamesAForeignDirectory_IsNotBelieved()
    {
        var foreign = Directory.CreateDirectory(_bench.Outside("foreign/.git/worktrees/x")).FullName;
        File.WriteAllText(Path.Combine(foreign, "commondir"), "../..");
        File.WriteAllText(Path.Combine(foreign, "gitdir"), "/somewhere/else/.git");
        File.WriteAllText(_bench.Outside("foreign/.git/HEAD"), "ref: refs/heads/main");
        _bench.Write(".git", $"gitdir: {foreign}\n");

        GitWorkTree.CommonDirectory(_bench.Open()).ShouldBeNull();
    }

    [Theory]
    [InlineData("push", "origin")]
    [InlineData("-c", "core.pager=x", "log")]
    [InlineData("--exec-path=/tmp", "log")]
    [InlineData("config", "alias.x", "!sh")]
    [InlineData("log", "--output=x")]
    [InlineData("diff", "--outp=x")]
    [InlineData("diff", "--ext-diff")]
    [InlineData("diff", "--no-index", "a", "b")]
    [InlineData("grep", "-Osh", "x")]
    [InlineData("grep", "--open-files-in-pager=sh", "x")]
    [InlineData("log", "--textconv")]
    [InlineData("diff", "/etc/passwd", "a")]
    [InlineData("add", "../x")]
    [InlineData("ls-remote", "ext::sh -c x")]
    public async Task Git_WordsThatReachFurther_AreRefused(params string[] args)
    {
        var git = await GitAsync("plain");

        _bench.Refused(git, new { args });
    }

    [Theory]
    [InlineData(EffectClass.Pure, "status", "-s")]
    [InlineData(EffectClass.Pure, "log", "--oneline", "--text")]
    [InlineData(EffectClass.Pure, "branch", "--show-current")]
    [InlineData(EffectClass.Compensatable, "branch", "new")]
    [InlineData(EffectClass.Compensatable, "commit", "-m", "--output=x")]
    [InlineData(EffectClass.Irreversible, "reset", "--hard")]
    public void Git_Effect_FollowsTheSubcommand(EffectClass effect, params string[] words)
    {
        if (words.Contains("--output=x"))
        {
            // A message may look like an option; it is refused rather than guessed at.
            Should.Throw<ToolRefusedException>(() => { GitWords.EffectOf(words); });
            return;
        }

        GitWords.EffectOf(words).ShouldBe(effect);
    }

    async Task<Git> GitAsync(string level) => new(await _bench.CommandsAsync(level), Options.Create(new SandboxOptions()));

    async Task<string> SucceedsAsync(Git git, params string[] args)
    {
        var answer = await _bench.JsonAsync(git, new { args });
        answer.GetProperty("exit_code").GetInt32().ShouldBe(0, answer.ToString());
        return answer.GetProperty("stdout").GetString()!;
    }

    static async Task RunGitAsync(params string[] args)
    {
        using var git = Process.Start("git", args);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        git.ExitCode.ShouldBe(0);
    }
}
