using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Slots;

namespace Agent.Planner.Service.Runs;

/// <summary>Holds a decision to the caps of workspace and installation: of the steps it would dispatch, as many go as there are slots. Without caps it costs nothing.</summary>
sealed class RunSlots(SlotBook book, RunRules rules, TimeProvider time)
{
    // What the book was told last, so that it is asked only when there is news.
    readonly ConcurrentDictionary<Guid, string> _told = new();

    /// <returns>The decision, narrowed; null: the book knows a later state of the run, read it again.</returns>
    public async Task<RunDecision?> ApplyAsync(RunState state, RunDecision decision, CancellationToken cancellationToken)
    {
        var caps = rules.CapsOf(state.Workspace);
        var wanted = decision.Events.OfType<StepDispatched>().Select(step => step.StepId).ToList();
        var active = ActiveIn(state);
        var news = string.Join(' ', active);
        var isKnown = _told.TryGetValue(state.RunId, out var told);
        if (!caps.Any && !isKnown)
        {
            return decision;
        }

        if (wanted.Count == 0 && (isKnown ? told == news : active.Count == 0 && state.End is null))
        {
            return decision;
        }

        var answer = await book.AskAsync(new SlotRequest(state.RunId, state.Head.Sequence, state.Priority, caps, active, wanted), cancellationToken);
        if (answer.Grant is not { } grant)
        {
            return null;
        }

        if (state.End is not null || !caps.Any)
        {
            _told.TryRemove(state.RunId, out _);
        }
        else
        {
            // A run that waits no longer says so, too.
            _told[state.RunId] = string.Join(' ', active.Concat(wanted.Take(grant.Count)).Concat(grant.Reason is null ? [] : ["…"]));
        }

        return Narrow(state, decision, grant, wanted.Count, active.Count) with { Next = answer.Next };
    }

    RunDecision Narrow(RunState state, RunDecision decision, SlotGrant grant, int wanted, int active)
    {
        if (wanted == 0 || grant.Reason is not { } reason)
        {
            return decision;
        }

        if (grant.Count + active == 0 && !state.Waits.Contains("slot"))
        {
            return RunDecision.Append(new RunWaiting("slot", reason));
        }

        var options = rules.For(state.Workspace);
        options.MaxParallelSteps = active + grant.Count;
        var narrowed = RunDecider.Decide(state, time.GetUtcNow(), options);
        return grant.Count > 0 ? narrowed : narrowed with { WaitsFor = string.Join("; ", new[] { narrowed.WaitsFor, reason }.Where(text => !string.IsNullOrEmpty(text))) };
    }

    /// <summary>Steps that have a slot. One that stands still for a person has none, and takes it back when it goes on, whatever the caps say then.</summary>
    static List<string> ActiveIn(RunState state) => state.End is not null || state.IsPaused || state.HeldBy is not null
        ? []
        : [.. state.BegunSteps.Where(step => step.Phase is StepPhase.Dispatched or StepPhase.Running or StepPhase.Executed).Select(step => step.Id)];
}
