using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Tools;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class RunCommandTests : IDisposable
{
    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task RunCommand_Argv_IsNotReadByAShell()
    {
        var answer = await _bench.JsonAsync(await ToolAsync(), new { argv = new[] { "echo", "$HOME; echo x > made", "a b" } });

        answer.GetProperty("exit_code").GetInt32().ShouldBe(0);
        answer.GetProperty("stdout").GetString().ShouldBe("$HOME; echo x > made a b\n");
        File.Exists(_bench.At("made")).ShouldBeFalse();
    }

    [Fact]
    public async Task RunCommand_Shell_IsJudgedAsAShellString()
    {
        _bench.Write("a.txt", "2\n1\n");
        var tool = await ToolAsync();

        (await _bench.JsonAsync(tool, new { shell = "sort a.txt | head -n 1" })).GetProperty("stdout").GetString().ShouldBe("1\n");
        var prepared = tool.Prepare(new ToolArguments(System.Text.Json.JsonSerializer.SerializeToElement(new { shell = "ls | wc" }), tool.Description), _bench.Open());
        prepared.ShellCommand.ShouldBe("ls | wc");
        prepared.Argv.ShouldBeNull();
        prepared.Effect.ShouldBe(EffectClass.Irreversible);
    }

    [Fact]
    public async Task RunCommand_NeitherOrBoth_IsRefused()
    {
        var tool = await ToolAsync();

        _bench.Refused(tool, new { });
        _bench.Refused(tool, new { argv = new[] { "ls" }, shell = "ls" });
        _bench.Refused(tool, new { argv = Array.Empty<string>() });
        _bench.Refused(tool, new { argv = new[] { "" } });
    }

    [Fact]
    public async Task RunCommand_TimeOut_IsToldWithWhatWasWritten()
    {
        var result = await _bench.RunAsync(await ToolAsync(), new { argv = new[] { "sh", "-c", "echo begun; sleep 60" }, timeout_seconds = 1 });

        result.Outcome.ShouldBe(ToolCallOutcome.TimedOut);
        result.Text.ShouldStartWith("error: no end within 1 seconds");
        result.Text.ShouldContain("begun");
    }

    [Fact]
    public async Task RunCommand_LongOutput_StaysJsonWithHeadAndTail()
    {
        var result = await _bench.RunAsync(await ToolAsync(), new { argv = new[] { "sh", "-c", "echo first; head -c 100000 /dev/zero | tr '\\0' '\\001'; echo; echo last" } });

        OutputBound.IsTooLong(result.Shown!).ShouldBeFalse();
        var shown = System.Text.Json.JsonDocument.Parse(result.Shown!).RootElement.GetProperty("stdout").GetString()!;
        shown.ShouldStartWith("first\n");
        shown.ShouldEndWith("last\n");
        result.Text.Length.ShouldBeGreaterThan(100_000);
    }

    [Theory]
    [InlineData(EffectClass.Pure, "cat", "a")]
    [InlineData(EffectClass.Idempotent, "dotnet", "test")]
    [InlineData(EffectClass.Irreversible, "dotnet", "run")]
    [InlineData(EffectClass.Irreversible, "curl", "x")]
    public void CommandEffect_IsByItsFirstWords(EffectClass effect, params string[] argv) => CommandEffect.Of(argv).ShouldBe(effect);

    async Task<RunCommand> ToolAsync() => new(await _bench.CommandsAsync("auto"), Options.Create(new SandboxOptions()));
}
