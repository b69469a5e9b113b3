using Agent.Contracts;

namespace Agent.Planner.Service.Runs;

/// <summary>What is owed to a run now. Either facts to append (then it is asked again), or messages, a plan and what the run waits for.</summary>
/// <param name="Events">Facts that follow; empty when nothing follows.</param>
/// <param name="Owed">Messages whose receivers have work to do. Sent again and again until the journal shows it done.</param>
/// <param name="PlanNeeded">A plan must be made; null if not.</param>
/// <param name="WaitsFor">Named, for a person; null only when events are owed or the run has ended.</param>
sealed record RunDecision(IReadOnlyList<IRunEvent> Events, IReadOnlyList<OwedMessage> Owed, PlanNeed? PlanNeeded, string? WaitsFor)
{
    /// <summary>The run waits for a model server: what is owed is asked for again at a steady pace.</summary>
    public bool IsForCapacity { get; init; }

    /// <summary>Other runs that may go on now: slots came free.</summary>
    public IReadOnlyList<Guid> Next { get; init; } = [];

    public static RunDecision Nothing { get; } = new([], [], null, null);

    public static RunDecision Append(params IReadOnlyList<IRunEvent> events) => new(events, [], null, null);

    public static RunDecision Wait(string waitsFor, params IReadOnlyList<OwedMessage> owed) => new([], owed, null, waitsFor);

    public static RunDecision Plan(PlanNeed need) => new([], [], need, need.Why is null ? "a plan" : "a new plan");
}

/// <summary>A message that is owed.</summary>
/// <param name="Stamp">Tells two occasions for the same message apart (a step goes on after an approval), so that the second is not taken for a repeat.</param>
/// <param name="UnlessHeld">Owed only while nobody holds this lease: an owner is at work otherwise.</param>
/// <param name="IsAsked">Whoever made it owed has sent it: to be sent again only if it seems lost.</param>
sealed record OwedMessage(object Message, int Stamp = 0, string? UnlessHeld = null, bool IsAsked = false);

/// <summary>A plan is to be made.</summary>
/// <param name="Why">Why the present plan does not lead there; null for a first plan.</param>
/// <param name="IfDeclined">How the run ends if the model says it can not be done.</param>
sealed record PlanNeed(string? Why, StopReason IfDeclined);
