using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Canary;

/// <summary>A bundle on trial, as the policy service keeps it across restarts.</summary>
/// <param name="Number">Counts trials from 1.</param>
/// <param name="Share">Of new runs, 0 to 1.</param>
/// <param name="Source">Directory its files came from, where they were read.</param>
/// <param name="Counts">By process that decides: what it has counted so far.</param>
/// <param name="Reason">Why it ended.</param>
sealed record CanaryTrial(
    long Number, CanaryState State, double Share, string Source, SignedBundle Bundle, CanaryThresholds Thresholds, DateTimeOffset StartedAt, string StartedBy,
    IReadOnlyDictionary<string, CanaryReport> Counts, DateTimeOffset? EndedAt = null, string? EndedBy = null, string? Reason = null)
{
    [JsonIgnore]
    public bool IsRunning => State is CanaryState.Running or CanaryState.Promoting;

    [JsonIgnore]
    public DecisionCounts OnCanary => Sum(report => report.Canary);

    [JsonIgnore]
    public DecisionCounts OnCurrent => Sum(report => report.Current);

    public CanaryTrial End(CanaryState state, string principal, string reason, DateTimeOffset at) =>
        this with { State = state, EndedAt = at, EndedBy = principal, Reason = reason };

    DecisionCounts Sum(Func<CanaryReport, DecisionCounts> arm) => Counts.Values.Aggregate(DecisionCounts.None, (sum, report) => sum.Plus(arm(report)));
}

/// <summary>How a trial stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CanaryState>))]
enum CanaryState
{
    Running,

    /// <summary>Its files are being written to the policy directory; after a crash that is finished.</summary>
    Promoting,

    /// <summary>It became the current bundle.</summary>
    Promoted,

    /// <summary>A person ended it.</summary>
    Stopped,

    /// <summary>It ended by itself: its runs were held up much more than the others.</summary>
    RolledBack,
}

/// <summary>When a trial ends by itself; by default what <c>canary</c> in <c>limits.yaml</c> of the current bundle says.</summary>
/// <param name="Factor">The share of decisions that asked or denied is this many times that of the other runs…</param>
/// <param name="Floor">…and at least this.</param>
/// <param name="Least">Decisions there must be on either side before they are compared.</param>
sealed record CanaryThresholds(double Factor, double Floor, long Least);
