using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Replaying;

/// <summary>Plays the planner's part of a run again: every question for a plan is made again and answered from the record, every plan is read again from its reply,
/// every decision is made again and compared with the recorded one.</summary>
sealed class RunReplay(IOptions<RunOptions> settings, IOptions<PlanOptions> plans, CurrentBundle bundle, TimeProvider time)
{
    // Journals of before do not say which tools there were; mistakes about them are taken as they stand.
    const string AboutTools = "which is not known";

    /// <param name="policies">Whose limits hold; null = those in force now.</param>
    public async Task<ReplayPart> PlayAsync(RecordedRun run, PolicyBundle? policies, CancellationToken cancellationToken)
    {
        var rules = new RunRules(settings, InForce(policies));
        var state = run.StateAfter(run.TakenOver);
        var (compared, at) = (0, run.TakenOver);
        while (at < run.Entries.Count)
        {
            var entry = run.Entries[at];
            if (Refused(run, entry, state) is { } refused)
            {
                return Part(refused);
            }

            var expected = await ExpectedAsync(run, state, entry, rules, cancellationToken);
            if (expected is null)
            {
                state.Apply(entry);
                at++;
                continue;
            }

            if (expected.Count == 0)
            {
                return Part(Diverged(entry, ("nothing", Comparison.Text(entry.Event)), policies, run));
            }

            var begun = at;
            foreach (var wanted in expected)
            {
                if (wanted is StepDispatched && at > begun && run.Replaced == 0 && (at == run.Entries.Count || !IsSame(wanted, run.Entries[at].Event)))
                {
                    // Of the steps that were ready, the first ones went: there were no slots for more.
                    break;
                }

                if (at == run.Entries.Count)
                {
                    // The record was cut off in the middle of what was written as one.
                    return Part(new ReplayDivergence(at + 1, "", Comparison.Text(wanted), "the end", "The journal ends within what was written at once: it was cut off."));
                }

                if (!IsSame(wanted, run.Entries[at].Event))
                {
                    return Part(Diverged(run.Entries[at], Comparison.Tell(wanted, run.Entries[at].Event), policies, run));
                }

                state.Apply(run.Entries[at++]);
                compared++;
            }
        }

        return Part(null);

        ReplayPart Part(ReplayDivergence? divergence) => new(run.RunId, run.Entries.Count, compared, run.TakenOver, divergence);
    }

    /// <summary>What must stand here; null where the entry is a fact that nothing of ours follows from.</summary>
    async Task<IReadOnlyList<IRunEvent>?> ExpectedAsync(RecordedRun run, RunState state, JournalEntry entry, RunRules rules, CancellationToken cancellationToken) => entry.Event switch
    {
        ModelReplied { Role: "planner" } replied => run.Replaced == entry.Sequence + 1 ? null : await AfterReplyAsync(run, state, entry, replied, rules, cancellationToken),
        PlanAccepted when run.Replaced == entry.Sequence => null,
        RunEnded end when IsFromOutside(end, Decide(state, entry.At, rules)) => null,
        StepDispatched or CriticalStateEntered or RunEnded or PlanSignOffRequested or WorkingCopyRequested or PromotionApprovalRequested or RunWaiting { For: "approval" } => Decide(state, entry.At, rules).Events,
        PlanAccepted or PlanRefused when state.ProposedPlan is not null => Decide(state, entry.At, rules).Events,
        StepFailed { Token: 0 } => Decide(state, entry.At, rules).Events,
        _ => null,
    };

    static RunDecision Decide(RunState state, DateTimeOffset at, RunRules rules) => RunDecider.Decide(state, at, rules.For(state.Workspace));

    /// <summary>A model that failed while it planned, a budget shared with other runs and the kill switch end a run by what stands in no journal of it.</summary>
    static bool IsFromOutside(RunEnded end, RunDecision decision) =>
        end.StopReason == StopReason.KillSwitch || (decision.PlanNeeded is not null && end.StopReason is StopReason.Budget or StopReason.Infrastructure);

    async Task<IReadOnlyList<IRunEvent>> AfterReplyAsync(RecordedRun run, RunState state, JournalEntry entry, ModelReplied replied, RunRules rules, CancellationToken cancellationToken)
    {
        if (replied.ToolNames is not { } tools)
        {
            return PlanParser.Parse(replied.Text, tools: null, new PlanOptions { MaxSteps = int.MaxValue, MaxDepth = int.MaxValue }) switch
            {
                PlanReply.Good good => [replied, new PlanAccepted(state.PlanVersion + 1, good.Plan)],
                PlanReply.Malformed malformed => [replied, new PlanRefused(replied.Turn, malformed.Mistakes)],
                _ => [replied],
            };
        }

        var asked = replied.AskedAt < entry.Sequence - 1 ? run.StateAfter((int)replied.AskedAt) : state;
        if (Decide(asked, entry.At - TimeSpan.FromMilliseconds(replied.DurationMs), rules).PlanNeeded is not { } need)
        {
            return [];
        }

        using var model = new RecordedPlanner(replied, tools);
        return await new PlanMaking(model, model, rules, plans, time).MakeAsync(asked, need, cancellationToken);
    }

    /// <summary>Another plan is checked as a model's would be.</summary>
    static ReplayDivergence? Refused(RecordedRun run, JournalEntry entry, RunState state) =>
        run.Replaced == entry.Sequence && entry.Event is PlanAccepted(_, var plan) && PlanCheck.Mistakes(plan, tools: null, new PlanOptions { MaxSteps = int.MaxValue }).ToList() is { Count: > 0 } mistakes
            ? new ReplayDivergence(entry.Sequence, entry.Type, $"the plan refused: {string.Join(" ", mistakes)}", $"version {state.PlanVersion + 1} of the plan accepted", "The plan given has mistakes and would not have been taken.")
            : null;

    static bool IsSame(IRunEvent wanted, IRunEvent recorded) => (wanted, recorded) switch
    {
        // A plan that was refused for its size or its tools would be read today.
        (PlanAccepted, PlanRefused b) => b.Mistakes.All(mistake => mistake.Contains(AboutTools, StringComparison.Ordinal) || mistake.Contains("allowed", StringComparison.Ordinal)),
        (PlanRefused a, PlanRefused b) => a.Mistakes.All(mistake => b.Mistakes.Contains(mistake, StringComparer.Ordinal)),
        _ => Comparison.IsSame(wanted, recorded),
    };

    static ReplayDivergence Diverged(JournalEntry entry, (string Expected, string Recorded) told, PolicyBundle? policies, RecordedRun run) => new(
        entry.Sequence, entry.Type, told.Expected, told.Recorded,
        run.Replaced > 0 && entry.Sequence > run.Replaced ? "With the plan given, this is what would have been decided here; what would have come of it is not recorded."
        : policies is not null ? "With the limits of the policies given, this is what would have been decided here."
        : entry.Event is ModelReplied ? "The planner's model would be asked something else than it was, or its reply is read otherwise: by another version of the program, or an entry before was changed."
        : "Decided by the limits in force now: others held then, another version of the program decided, or an entry before was changed.");

    CurrentBundle InForce(PolicyBundle? policies)
    {
        if (policies is null)
        {
            return bundle;
        }

        var given = new CurrentBundle();
        given.Switch(policies);
        return given;
    }
}
