namespace Agent.Contracts;

/// <summary>Recorded runs to be looked at with other thresholds of supervision. By the door to the planner.</summary>
/// <param name="Limits">Text of a <c>limits.yaml</c>.</param>
/// <param name="Since">Only runs submitted since; null = all. Of stored runs only.</param>
/// <param name="Journal">Instead of the stored runs: the lines of one exported journal.</param>
public sealed record BacktestRequest(string Limits, DateTimeOffset? Since = null, IReadOnlyList<string>? Journal = null);

/// <summary>Which critical states other thresholds would have found.</summary>
/// <param name="Runs">So many were looked at.</param>
/// <param name="States">By state.</param>
/// <param name="Differing">Runs in which something else would have been found.</param>
public sealed record BacktestAnswer(int Runs, IReadOnlyList<StateCount> States, IReadOnlyList<RunBacktest> Differing);

/// <summary>How often a state was found and would have been.</summary>
/// <param name="New">Would have been found and was not.</param>
/// <param name="Gone">Was found and would not have been.</param>
public sealed record StateCount(CriticalState State, int Recorded, int Would, int New, int Gone);

/// <summary>What would have been otherwise in one run, in the order of its journal.</summary>
public sealed record RunBacktest(Guid RunId, string Goal, IReadOnlyList<StateDifference> Differences);

/// <summary>One critical state that would have been found and was not, or the other way.</summary>
/// <param name="Change"><c>new</c> or <c>gone</c>.</param>
/// <param name="Sequence">The entry after which it would have been, or was, found.</param>
/// <param name="IsFirst">The first difference of its run: what comes after it is a history that would have gone another way.</param>
public sealed record StateDifference(CriticalState State, string? StepId, int Attempt, string Change, long Sequence, string Reason, bool IsFirst);
