using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Replaying;

/// <summary>Says what policy said then; with other policies, stops where these would say something else.</summary>
sealed class RecordedPolicy(RecordedStep step, OtherPolicies? others) : IToolPolicy
{
    string? _digest;

    public string? DigestFor(RunState run) => _digest;

    public TimeSpan ApprovalTime => TimeSpan.FromHours(1);

    public Decision Decide(ToolCall call, PreparedCall prepared)
    {
        var decision = Recorded(call);
        _digest = decision.BundleDigest;
        if (step.Next is { Event: ToolCallDecided decided } entry && decided.CallId == call.Id && others?.Divergence(step.State, entry, decided, step.Coming<ToolCallStarted>(call.Id)?.Effect) is { } divergence)
        {
            throw new RecordLeftException(divergence);
        }

        return decision;
    }

    public Func<string, string?> ReadRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run) => _ => null;

    public Func<UrlAccess, string?> UrlRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run, bool approved) => _ => null;

    Decision Recorded(ToolCall call)
    {
        var known = step.State.Calls.GetValueOrDefault(call.Id);
        if (step.NextCall != call.Id)
        {
            // Nothing more is said about it: it waits for a person, or the record goes on otherwise, which shows when it is compared.
            return known?.Approval is { } waiting ? AskedAs(waiting) : new Decision(Ruling.Allow, "recorded", "", known?.Decided.BundleDigest ?? "");
        }

        return step.Next!.Event switch
        {
            ToolCallDecided decided => new Decision(RulingOf(decided.Decision), decided.Rule, decided.Reason, decided.BundleDigest) { Demand = Demand(step.Coming<ApprovalRequested>(call.Id)) },
            ToolCallEdited edited => new Decision(RulingOf(edited.Decision), edited.Rule, edited.Reason, edited.BundleDigest) { Demand = Demand(step.Coming<ApprovalRequested>(call.Id) ?? known?.Approval) },
            ApprovalRequested requested => AskedAs(requested),
            ApprovalVoided when step.Coming<ApprovalRequested>(call.Id) is { } again => AskedAs(again),
            ToolCallStarted when known?.Approval is { } approval => AskedAs(approval),
            ToolCallStarted => new Decision(Ruling.Allow, known?.Decided.Rule ?? "", "", step.Coming<ToolCallFinished>(call.Id)?.Provenance.BundleDigest ?? known?.Decided.BundleDigest ?? ""),
            ToolCallFinished finished => Ended(known, finished),
            ApprovalExpired when step.Coming<ToolCallFinished>(call.Id) is { } finished => Ended(known, finished),
            _ => new Decision(Ruling.Deny, known?.Decided.Rule ?? "", "", known?.Decided.BundleDigest ?? ""),
        };
    }

    // Not called: a person said no or nobody answered (policy still asks), or policy says no by now.
    static Decision Ended(ToolCallState? known, ToolCallFinished finished)
    {
        var (rule, digest) = (finished.Provenance.Rule, finished.Provenance.BundleDigest);
        var isPolicy = finished.Outcome == ToolCallOutcome.Denied && (known?.Approval is null || known.ApprovalAnswer is { Approved: true });
        var reason = finished.Output[(finished.Output.IndexOf("': ", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..];
        return new Decision(isPolicy ? Ruling.Deny : Ruling.Ask, rule, reason, digest);
    }

    static Decision AskedAs(ApprovalRequested question) => new(Ruling.Ask, question.Rule, question.Reason, question.BundleDigest) { Demand = Demand(question) };

    static ApprovalDemand Demand(ApprovalRequested? question) => question is null ? ApprovalDemand.One : new ApprovalDemand(question.Approvers, question.NotSubmitter);

    static Ruling RulingOf(CallDecision decision) => decision switch { CallDecision.Allow => Ruling.Allow, CallDecision.Ask => Ruling.Ask, _ => Ruling.Deny };
}
