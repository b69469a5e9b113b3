using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Replaying;

/// <summary>What another bundle would have said to recorded calls.</summary>
sealed class OtherPolicies(PolicyBundle bundle)
{
    /// <param name="effect">Known of calls that were made.</param>
    /// <returns>Null where it would have said the same, or where the record does not say what the call would do.</returns>
    public ReplayDivergence? Divergence(RunState run, JournalEntry entry, ToolCallDecided decided, EffectClass? effect)
    {
        if (decided.BundleDigest.Length == 0 || ToolRequests.ForRecorded(decided.Tool, decided.Arguments, effect is { } known ? ToolPolicy.Strength(known) : null, run.Workspace, run.Principal) is not { } request)
        {
            return null;
        }

        var now = bundle.Decide(request with { At = entry.At, History = ToolPolicy.HistoryOf(run), UntrustedArguments = ToolPolicy.ForeignTo(run, decided.Arguments) });
        var (was, would) = (Word(decided.Decision), now.Ruling switch { Ruling.Allow => "allowed", Ruling.Ask => "asked about", _ => "denied" });
        return was == would ? null : new ReplayDivergence(
            entry.Sequence, entry.Type,
            $"call {decided.CallId} to {decided.Tool} {would} by rule {now.Rule}: {now.Reason}",
            $"{was} by rule {decided.Rule}: {decided.Reason}",
            $"With these policies the call would be {would} where it was {was}; what the model would have done then is not recorded.");
    }

    static string Word(CallDecision decision) => decision switch { CallDecision.Allow => "allowed", CallDecision.Ask => "asked about", _ => "denied" };
}
