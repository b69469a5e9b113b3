using Agent.Contracts;
using Agent.Guardrails;
using Agent.Reviewer.Service.Checks;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Tests.Checks;

public sealed class CommandSucceedsTests : IDisposable
{
    const string Tools =
        """
        version: 1
        rules:
          - id: commands
            answer: allow
            reason: Judged one by one.
            tools: [run_command]
            requires: command
          - id: some
            answer: allow
            reason: Harmless.
            commands: ["true", "false", sleep, env, pwd]
          - id: ask-date
            answer: ask
            reason: A person decides.
            commands: [date]
        """;

    readonly ReviewedStep _step = new();
    readonly CurrentBundle _bundle = new();
    readonly CheckOptions _options = new();

    [Theory]
    [InlineData("true", true, "exit code 0, allowed by rule")]
    [InlineData("false", false, "exit code 1")]
    public async Task Check_ByExitCode(string command, bool passes, string evidence)
    {
        Enforce();

        var finding = await CheckAsync(command);

        finding.Passed.ShouldBe(passes);
        finding.Evidence.ShouldContain(evidence);
    }

    [Fact]
    public async Task Check_PolicyDenies_IsNotRunAndSaysSo()
    {
        Enforce();

        var finding = await CheckAsync("rm", "-rf", ".");

        finding.Passed.ShouldBeFalse();
        finding.Evidence.ShouldStartWith("Not run: policy says deny");
        finding.IfFailed.ShouldBe(Verdict.Replan);
        Directory.Exists(_step.Workspace).ShouldBeTrue();
    }

    [Fact]
    public async Task Check_PolicyAsks_GoesToAPerson()
    {
        Enforce();

        var finding = await CheckAsync("date");

        finding.IfFailed.ShouldBe(Verdict.Escalate);
        finding.Evidence.ShouldStartWith("Not run: policy says ask by rule ask-date");
    }

    [Fact]
    public async Task Check_NoBundle_FailsClosed() => (await CheckAsync("true")).Evidence.ShouldContain("no policy bundle");

    [Fact]
    public async Task Check_TooLong_IsEnded()
    {
        Enforce();
        _options.CommandTimeout = TimeSpan.FromMilliseconds(200);

        var finding = await CheckAsync("sleep", "60");

        finding.Passed.ShouldBeFalse();
        finding.Evidence.ShouldContain("no end within");
    }

    [Fact]
    public async Task Run_EnvironmentIsNotInherited()
    {
        Environment.SetEnvironmentVariable("AGENT_TEST_SECRET", "hush");

        var ending = await new CheckCommand(Options.Create(_options), TimeProvider.System).RunAsync(["env"], _step.Workspace, TestContext.Current.CancellationToken);

        ending.ExitCode.ShouldBe(0);
        ending.Output.ShouldContain("HOME=");
        ending.Output.ShouldNotContain("hush");
    }

    [Fact]
    public async Task Run_NoSuchProgram_SaysSo()
    {
        var ending = await new CheckCommand(Options.Create(_options), TimeProvider.System).RunAsync(["no-such-program-here"], _step.Workspace, TestContext.Current.CancellationToken);

        ending.ExitCode.ShouldBeNull();
        ending.What.ShouldStartWith("could not be started");
    }

    public void Dispose() => _step.Dispose();

    void Enforce()
    {
        var loaded = PolicyBundle.Load(new Dictionary<string, string> { ["tools.yaml"] = Tools }, GuardrailSettings.None);
        loaded.Mistakes.ShouldBeEmpty();
        _bundle.Switch(loaded.Bundle!);
    }

    Task<Finding> CheckAsync(params string[] argv) =>
        new CommandSucceedsCheck(_bundle, new CheckCommand(Options.Create(_options), TimeProvider.System))
            .CheckAsync(new AcceptanceCriterion(CriterionKind.CommandSucceeds, Argv: argv), _step.UnderReview, TestContext.Current.CancellationToken);
}
