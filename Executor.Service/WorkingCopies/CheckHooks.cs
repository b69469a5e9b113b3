using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Guardrails.Secrets;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Runs the commands that policy wants to succeed before changes are promoted: in the copy, in the sandbox that tool calls get. The policy that names a check allows it, unless a rule of it forbids the command.
/// A check says yes or no; one that changes what it checks says no.</summary>
sealed class CheckHooks(CommandRunner commands, SandboxChoice sandboxes, CurrentBundle bundle, Artefacts artefacts, TimeProvider time)
{
    /// <summary>How an allowed check is recorded that no rule allows by itself.</summary>
    public const string ByLimits = "working_copy.checks";

    /// <returns>Null if it was interrupted, or there is no bundle: nothing is known.</returns>
    public async Task<ChangesChecked?> RunAsync(RunState run, IReadOnlyList<TreeChange> changes, CancellationToken cancellationToken)
    {
        if (bundle.For(run.Canary?.Canary) is not { } policy)
        {
            return null;
        }

        var copy = run.WorkingCopy!;
        var (place, argv, tree) = (copy.Checks.Count, copy.Wanted.Checks[copy.Checks.Count], Workspace.Open(copy.Made!.Directory));
        var (decision, forbidden) = Decide(policy, run, tree, argv, (await sandboxes.GetAsync()).Level);
        if (forbidden is not null)
        {
            return await TellAsync(run, place, argv, passed: false, null, $"Not run: rule {decision.Rule} forbids it: {forbidden}", 0, "none", decision);
        }

        var began = time.GetTimestamp();
        var timeout = TimeSpan.FromSeconds(policy.Limits["working_copy.check_seconds"]);
        var result = await commands.RunAsync(new SandboxedCommand(argv, tree.Root, $"check-{run.RunId:N}-{place}", timeout), cancellationToken);
        CrashPoint.Reach("check.ran");
        if (result.End == CommandEnd.Cancelled)
        {
            return null;
        }

        var drift = ChangeFinding.Drift(tree, changes, cancellationToken);
        var passed = result is { End: CommandEnd.Exited, ExitCode: 0 } && drift.Count == 0;
        var said = drift.Count == 0 ? "" : $"A check must not change what it checks, and this one changed {string.Join(", ", drift.Take(10))}.\n";
        return await TellAsync(
            run, place, argv, passed, result.End == CommandEnd.Exited ? result.ExitCode : null, said + Output(result, argv, timeout), time.GetElapsedTime(began).TotalMilliseconds, result.Sandbox, decision);
    }

    (Decision Decision, string? Forbidden) Decide(PolicyBundle policy, RunState run, Workspace tree, IReadOnlyList<string> argv, string sandbox)
    {
        var explanation = policy.Explain(new ToolRequest
        {
            Tool = "run_command",
            Effect = EffectStrength.Idempotent,
            ArgumentsJson = JsonSerializer.Serialize(new { argv }, ContractJson.Options),
            WorkspaceRoot = tree.Root,
            StandsFor = WorkspaceRoot.Resolve(run.Workspace),
            Principal = run.Principal,
            Argv = argv,
            Sandbox = sandbox,
            At = time.GetUtcNow(),
        });
        if (SandboxLevel.RankOf(sandbox) < SandboxLevel.RankOf(explanation.Decision.LeastSandbox))
        {
            return (explanation.Decision with { Rule = "sandbox-too-weak" }, $"It may run in the sandbox {explanation.Decision.LeastSandbox} or a stronger one; here there is {sandbox}.");
        }

        var forbidding = policy.Describe().Where(rule => rule is { Answer: Ruling.Deny, Fallback: false, Monitor: false }).Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        return explanation.Steps.FirstOrDefault(step => step.Ruling == Ruling.Deny && forbidding.Contains(step.Rule)) is { } denied
            ? (explanation.Decision with { Rule = denied.Rule }, denied.Reason)
            : (explanation.Decision.Ruling == Ruling.Allow ? explanation.Decision : explanation.Decision with { Rule = ByLimits }, null);
    }

    async Task<ChangesChecked> TellAsync(RunState run, int place, IReadOnlyList<string> argv, bool passed, int? exitCode, string output, double durationMs, string sandbox, Decision decision)
    {
        var text = SecretText.Redact(output);
        var (whole, shown) = (Encoding.UTF8.GetBytes(text), OutputBound.HeadAndTail(text));
        if (shown != text)
        {
            await artefacts.PutAsync(run.RunId, whole);
        }

        return new ChangesChecked(
            run.WorkingCopy!.Changes!.Digest, place, argv, passed, exitCode, shown, FileContent.Of(whole), shown != text, durationMs, sandbox, decision.Rule, decision.BundleDigest);
    }

    static string Output(CommandResult result, IReadOnlyList<string> argv, TimeSpan timeout)
    {
        var text = string.Join('\n', new[] { result.Stdout.Text, result.Stderr.Text }.Where(part => part.Length > 0));
        return result.End switch
        {
            CommandEnd.Exited => text,
            CommandEnd.NotFound => $"There is no program '{argv[0]}' here, or it may not be run.",
            CommandEnd.TimedOut => $"No end within {timeout.TotalSeconds:0} seconds (working_copy.check_seconds); it was ended.\n{text}",
            _ => $"It was ended: {result.End}.\n{text}",
        };
    }
}
