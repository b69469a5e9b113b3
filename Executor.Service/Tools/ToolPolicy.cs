using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Executor.Service.Tools;

/// <summary>Asks the bundle in force about one call. Without a bundle the answer is no.</summary>
sealed class ToolPolicy(CurrentBundle bundle, CanaryCounts counts, ExecutorTelemetry telemetry, TimeProvider time) : IToolPolicy
{
    public string? DigestFor(RunState run) => bundle.For(run.Canary?.Canary)?.Digest;

    public TimeSpan ApprovalTime => TimeSpan.FromSeconds((bundle.Value?.Limits ?? PolicyLimits.Default)["approval.expires_seconds"]);

    public Decision Decide(ToolCall call, PreparedCall prepared)
    {
        var decision = Decide(call.Description!, prepared, call.Workspace!, call.Step.Run, call.Sandbox);
        counts.Count(call.Step.Run.Canary?.Canary, decision.Ruling);
        telemetry.Decided(call.Tool, decision.Ruling.ToString().ToLowerInvariant(), decision.Rule);
        return decision;
    }

    public Decision Decide(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run, string? sandbox = null)
    {
        if (bundle.For(run.Canary?.Canary) is not { } inForce)
        {
            return run.Canary is { } canary && bundle.Value is not null
                ? new Decision(Ruling.Deny, "no-bundle", $"The run is on canary {canary.Canary}, whose policy bundle is not here, so nothing may act.", "")
                : new Decision(Ruling.Deny, "no-bundle", "No policy bundle is in force here, so nothing may act.", "");
        }

        return inForce.Decide(new ToolRequest
        {
            Tool = tool.Name,
            Effect = Strength(call.Effect),
            ArgumentsJson = CanonicalJson.Text(call.Arguments),
            WorkspaceRoot = workspace.Root,
            StandsFor = run.WorkingCopy?.Made is null ? null : WorkspaceRoot.Resolve(run.Workspace),
            Principal = run.Principal,
            Paths = call.Paths,
            Argv = call.Argv,
            ShellCommand = call.ShellCommand,
            Url = call.Url,
            Sandbox = sandbox,
            At = time.GetUtcNow(),
            InjectionSuspected = run.Calls.Values.Any(past => past.Finished is { InjectionSuspected: true }),
            History = inForce.LooksBack ? HistoryOf(run) : [],
            UntrustedArguments = inForce.LooksBack ? ForeignTo(run, call.Arguments) : [],
        });
    }

    public Func<string, string?> ReadRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run) =>
        path => Refusal(Decide(tool, call with { Paths = [new PathAccess(IsWrite: false, path)] }, workspace, run));

    public Func<UrlAccess, string?> UrlRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run, bool approved) => url =>
    {
        var decision = Decide(tool, call with { Url = url }, workspace, run);
        return approved && decision.Ruling == Ruling.Ask && url.Url == call.Url?.Url ? null : Refusal(decision);
    };

    static string? Refusal(Decision decision) => decision.Ruling == Ruling.Allow ? null : $"closed by rule '{decision.Rule}': {decision.Reason}";

    public static List<PastCall> HistoryOf(RunState run) =>
        [.. run.Calls.Values.Where(call => call.StartedAt is not null).Select(call => new PastCall(call.Decided.Tool, Text(call.Arguments, "path"), call.StartedAt!.Value, Text(call.Arguments, "url")))];

    static string? Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IReadOnlyList<string> ForeignTo(RunState run, JsonElement arguments) => Origins.Untrusted(
        arguments, [run.Goal, .. run.Messages.Select(message => message.Text)], [.. run.Calls.Values.Select(past => past.Finished?.Output).OfType<string>()]);

    public static EffectStrength Strength(EffectClass effect) => effect switch
    {
        EffectClass.Pure => EffectStrength.Pure,
        EffectClass.Idempotent => EffectStrength.Idempotent,
        EffectClass.Compensatable => EffectStrength.Compensatable,
        _ => EffectStrength.Irreversible,
    };
}
