using System.Globalization;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Canary;

/// <summary>Tells whether a trial holds up its runs much more than the current bundle does the others.</summary>
static class CanarySpike
{
    /// <returns>Why the trial is to end; null if it may go on.</returns>
    public static string? Of(DecisionCounts canary, DecisionCounts current, CanaryThresholds thresholds)
    {
        if (canary.All < thresholds.Least || current.All < thresholds.Least)
        {
            return null;
        }

        return canary.HeldShare >= thresholds.Floor && canary.HeldShare > current.HeldShare * thresholds.Factor
            ? string.Create(CultureInfo.InvariantCulture,
                $"Of {canary.All} decisions on the canary {canary.HeldShare:P1} asked or denied, of {current.All} on the current bundle {current.HeldShare:P1}: more than {thresholds.Factor} times as many, and not less than {thresholds.Floor:P0}.")
            : null;
    }
}
