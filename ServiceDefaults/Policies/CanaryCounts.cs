using Agent.Guardrails;

namespace Agent.ServiceDefaults;

/// <summary>Decisions of this process while a bundle is on trial: of the runs on it, and of all others.</summary>
public sealed class CanaryCounts(CurrentBundle bundle)
{
    readonly Lock _gate = new();

    long _number;
    DecisionCounts _canary = DecisionCounts.None;
    DecisionCounts _current = DecisionCounts.None;

    /// <param name="canary">The trial the run is on; null for a run that follows the current bundle.</param>
    public void Count(long? canary, Ruling ruling)
    {
        if (bundle.Canary is not { Bundle: not null } trial || (canary is not null && canary != trial.Number))
        {
            return;
        }

        lock (_gate)
        {
            if (_number != trial.Number)
            {
                (_number, _canary, _current) = (trial.Number, DecisionCounts.None, DecisionCounts.None);
            }

            if (canary is null)
            {
                _current = _current.With(ruling);
            }
            else
            {
                _canary = _canary.With(ruling);
            }
        }
    }

    /// <summary>All so far, of the latest trial; null if there was none.</summary>
    public CanaryReport? Report()
    {
        lock (_gate)
        {
            return _number == 0 ? null : new CanaryReport(_number, _canary, _current);
        }
    }
}

/// <summary>How often decisions said what.</summary>
public sealed record DecisionCounts(long Allowed, long Asked, long Denied)
{
    public static DecisionCounts None { get; } = new(0, 0, 0);

    public long All => Allowed + Asked + Denied;

    /// <summary>Share of the decisions that held a call up.</summary>
    public double HeldShare => All == 0 ? 0 : (double)(Asked + Denied) / All;

    public DecisionCounts With(Ruling ruling) => ruling switch
    {
        Ruling.Allow => this with { Allowed = Allowed + 1 },
        Ruling.Ask => this with { Asked = Asked + 1 },
        _ => this with { Denied = Denied + 1 },
    };

    public DecisionCounts Plus(DecisionCounts other) => new(Allowed + other.Allowed, Asked + other.Asked, Denied + other.Denied);
}

/// <summary>What one process has counted since the trial began: <c>PUT /canary/counts/{instance}</c> of the policy service. The same again changes nothing.</summary>
public sealed record CanaryReport(long Number, DecisionCounts Canary, DecisionCounts Current);
