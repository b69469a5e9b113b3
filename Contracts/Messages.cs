namespace Agent.Contracts;

/// <summary>Command: look at a run and do what is owed (plan it first, if it has no plan). Sent by the door and by planners; handled by the planner.
/// A repeat finds nothing owed.</summary>
public sealed record PlanRun(Guid RunId);

/// <summary>Command: run one dispatched step. Sent by the planner; handled by the executor, which knows a repeat by step, attempt and lease.</summary>
public sealed record ExecuteStep(Guid RunId, string StepId, int Attempt);

/// <summary>Command: judge one executed step. Sent by the executor that executed it, again by the planner if nothing comes of it; handled by the reviewer, which knows a repeat by step and attempt.</summary>
public sealed record ReviewStep(Guid RunId, string StepId, int Attempt);

/// <summary>Command: judge the run as a whole. Sent by the planner when all steps are accepted; handled by the reviewer.</summary>
public sealed record ReviewRun(Guid RunId, int PlanVersion);

/// <summary>Command: do what a run's journal owes to its working copy: make it, look what changed, run a check, promote. Sent by the planner; handled by the executor.
/// A repeat finds nothing owed.</summary>
public sealed record TendWorkingCopy(Guid RunId);

/// <summary>Event: facts were appended after which a decision may be owed. Published by whoever appended them; handled by the planner. A hint: losing it costs time only.</summary>
public sealed record RunAdvanced(Guid RunId, long Sequence);

/// <summary>Event: an operator asked for a run to be cancelled or paused. Published by the door; handled by every executor, which ends that run's running tool calls.</summary>
public sealed record RunInterrupted(Guid RunId, string Reason);

/// <summary>Event: a new policy bundle is current. Published by the policy service; handled by everybody who enforces, who fetch and verify it.</summary>
public sealed record BundlePublished(string Digest, long Version);
