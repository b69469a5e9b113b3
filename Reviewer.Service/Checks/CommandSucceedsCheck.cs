using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.ServiceDefaults;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A command exits with 0. It is run only if policy allows it, as argv, bounded in time and output.</summary>
sealed class CommandSucceedsCheck(CurrentBundle bundle, CheckCommand command) : ICriterionCheck
{
    /// <summary>How evidence of a command that was not run begins.</summary>
    public const string NotRun = "Not run:";

    public CriterionKind Kind => CriterionKind.CommandSucceeds;

    public bool IsCostly => true;

    public static ToolRequest RequestOf(IReadOnlyList<string> argv, StepUnderReview step) => new()
    {
        Tool = "run_command",
        Effect = EffectStrength.Irreversible,
        ArgumentsJson = JsonSerializer.Serialize(new { argv }, ContractJson.Options),
        WorkspaceRoot = step.Workspace,
        StandsFor = step.Run.WorkingCopy?.Made is null ? null : WorkspaceRoot.Resolve(step.Run.Workspace),
        Principal = step.Run.Principal,
        Argv = argv,
        Sandbox = CheckCommand.Level,
    };

    public async Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var argv = criterion.Argv!;
        var name = $"`{string.Join(' ', argv)}` succeeds";
        if (bundle.For(step.Run.Canary?.Canary) is not { } policy)
        {
            return new Finding(name, false, $"{NotRun} no policy bundle is in force for this run.", Verdict.Escalate);
        }

        var decision = policy.Decide(RequestOf(argv, step));
        if (decision.Ruling != Ruling.Allow)
        {
            // A deny is final, so only another plan can help; where a person must be asked, a person is asked.
            return new Finding(name, false, $"{NotRun} policy says {decision.Ruling.ToString().ToLowerInvariant()} by rule {decision.Rule} (bundle {decision.BundleDigest[..12]}): {decision.Reason}",
                decision.Ruling == Ruling.Ask ? Verdict.Escalate : step.IsByRules ? Verdict.Fail : Verdict.Replan);
        }

        var end = await command.RunAsync(argv, step.Workspace, cancellationToken);
        return new Finding(name, end.ExitCode == 0, $"{end.What}, allowed by rule {decision.Rule}{(end.ExitCode == 0 || end.Output.Length == 0 ? "" : $"; its last words: {end.Output}")}", step.IfNotGood);
    }
}
