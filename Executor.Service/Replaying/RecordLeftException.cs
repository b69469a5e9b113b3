using Agent.Contracts;
using Agent.Executor.Service.Steps;

namespace Agent.Executor.Service.Replaying;

/// <summary>A replay can not go on: the record says no more about this owner's work, or something else.</summary>
/// <param name="divergence">Null where the record just ends: its owner died, was interrupted, or is at work still.</param>
sealed class RecordLeftException(ReplayDivergence? divergence) : StepLostException(divergence?.Why ?? "The record ends here.")
{
    public ReplayDivergence? Divergence { get; } = divergence;
}
