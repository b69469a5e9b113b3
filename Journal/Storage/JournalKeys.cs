using Agent.Contracts;

namespace Agent.Journal.Storage;

/// <summary>Where things lie in the store. All keys of one run share a hash tag, so that one command may name several of them on a cluster.</summary>
static class JournalKeys
{
    /// <summary>Set of runs that have not ended.</summary>
    public const string Open = "j:open";

    /// <summary>All runs by time of submission (microseconds).</summary>
    public const string Runs = "j:runs";

    /// <summary>Channel rung after appends: payload a line <c>run sequence</c> for each run that grew.</summary>
    public const string Bell = "j:bell";

    public static string Entry(Guid runId, long sequence) => $"j:{{{runId}}}:{sequence}";

    /// <summary>Sequence of an entry that was the last one not long ago.</summary>
    public static string Hint(Guid runId) => $"j:{{{runId}}}:head";

    /// <summary>Summary of an ended run.</summary>
    public static string Summary(Guid runId) => $"j:{{{runId}}}:summary";

    /// <summary>Runs that ended in a state, by time of submission.</summary>
    public static string Ended(RunPhase state) => $"j:runs:{state.ToString().ToLowerInvariant()}";

    public static long Score(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
