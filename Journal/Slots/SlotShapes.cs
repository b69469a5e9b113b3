namespace Agent.Journal.Slots;

/// <summary>What limits a run's steps; 0 = no cap.</summary>
/// <param name="Group">Whose cap it is: the workspace, or the directory whose rule several share.</param>
/// <param name="Installation">Steps at once in the installation.</param>
/// <param name="Steps">Steps at once in the group.</param>
/// <param name="Runs">Runs with steps worked on at once in the group.</param>
public sealed record SlotCaps(string Group, int Installation, int Steps, int Runs)
{
    public bool Any => Installation > 0 || Steps > 0 || Runs > 0;
}

/// <summary>What a run has and wants.</summary>
/// <param name="Sequence">The journal position this was read at; what is older than what the book has is not taken.</param>
/// <param name="Active">Steps that are worked on: theirs are its slots, whatever the caps say.</param>
/// <param name="Wanted">Steps it would dispatch, in order.</param>
public sealed record SlotRequest(Guid RunId, long Sequence, int Priority, SlotCaps Caps, IReadOnlyList<string> Active, IReadOnlyList<string> Wanted);

/// <summary>What a run may dispatch: the first so many of those it wants.</summary>
/// <param name="Reason">Why not all: <c>workspace cap 2 of 2 steps</c>; null if all.</param>
public sealed record SlotGrant(int Count, string? Reason);

/// <summary>What came of a request.</summary>
/// <param name="Grant">Null: what was asked is older than what the book has; read the run again.</param>
/// <param name="Next">Runs that wait and may take slots now.</param>
public sealed record SlotAnswer(SlotGrant? Grant, IReadOnlyList<Guid> Next);

/// <summary>A run's slots.</summary>
sealed record HeldSlots(string Group, long Sequence, IReadOnlyList<string> Steps);

/// <summary>A run that wants more than it has.</summary>
/// <param name="Since">Since it was given something last, or began to wait.</param>
/// <param name="SeenAt">It asks again and again; one that is not seen any more waits no longer.</param>
sealed record SlotWaiter(Guid RunId, int Priority, int Wanted, SlotCaps Caps, DateTimeOffset Since, DateTimeOffset SeenAt);
