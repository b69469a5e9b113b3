namespace Agent.Contracts;

/// <summary>A run to be played again. By the door to planner, executor and reviewer, each of which plays its own part.</summary>
/// <param name="RunId">A stored run; null if <paramref name="Journal"/> is given.</param>
/// <param name="Journal">Lines of an exported journal.</param>
/// <param name="Policy">Files of a policy directory by name: what would these have said? Null = what was said.</param>
/// <param name="Plan">What would have followed from this plan? Null = the plan that was accepted.</param>
public sealed record ReplayRequest(Guid? RunId = null, IReadOnlyList<string>? Journal = null, IReadOnlyDictionary<string, string>? Policy = null, Plan? Plan = null);

/// <summary>What one service found when it played its part of a run again.</summary>
/// <param name="Entries">Of the whole journal.</param>
/// <param name="Compared">So many entries were made again and compared.</param>
/// <param name="TakenOver">Entries a fork repeats from the run it was made of; they are played again with that run.</param>
/// <param name="Divergence">The first that came out otherwise; null if none did.</param>
public sealed record ReplayPart(Guid RunId, int Entries, int Compared, int TakenOver, ReplayDivergence? Divergence);

/// <summary>Where a replay left the record.</summary>
/// <param name="Sequence">The entry, or the one after the last.</param>
/// <param name="Type">What is recorded there.</param>
/// <param name="Why">The likely reason, in plain words.</param>
public sealed record ReplayDivergence(long Sequence, string Type, string Expected, string Recorded, string Why);
