using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>A person's signature on a plan version, asked for or given.</summary>
/// <param name="Reason">Who wants it: the goal or policy.</param>
/// <param name="Answer">Null while nobody answered.</param>
public sealed record PlanSignOff(int Version, string Reason, PlanSignOffDecided? Answer);
