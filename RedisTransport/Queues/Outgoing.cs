namespace Agent.RedisTransport.Queues;

/// <summary>A message on its way into a queue.</summary>
/// <param name="id">Its storage id: new for every send, so that acknowledging one copy can not remove another.</param>
/// <param name="dueAt">When it is to be delivered; null = now.</param>
sealed class Outgoing(string id, ReadOnlyMemory<byte> stored, DateTimeOffset? dueAt = null)
{
    public string Id => id;

    public ReadOnlyMemory<byte> Stored => stored;

    public DateTimeOffset? DueAt => dueAt;

    /// <summary>As it stands on the list, when it is to be delivered now.</summary>
    public Listed Listed { get; } = dueAt is null ? Listed.Of(id, stored) : Listed.Named(id);

    /// <summary>Whether its body goes into the hash.</summary>
    public bool Apart => Listed.Message is null;
}
