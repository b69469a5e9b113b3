using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests.Storage;

static class StoredBy
{
    /// <summary>An entry as an older program stored it: not packed.</summary>
    public static byte[] Hand(Guid runId, JournalHead after, IRunEvent happened) =>
        EntryCodec.Encode(runId, after.Sequence + 1, after.Hash, DateTimeOffset.UnixEpoch, "hand", happened);
}
