namespace Agent.RedisTransport.Queues;

/// <summary>What was taken from a queue at once.</summary>
sealed class Taken
{
    public static readonly Taken Nothing = new();

    public List<(Listed Listed, Envelope Envelope)> Messages { get; } = [];

    public List<Listed> WithoutBody { get; } = [];

    public List<(Listed Listed, ReadOnlyMemory<byte> Stored, string Reason)> Unreadable { get; } = [];

    /// <summary>There may be more: the queue gave as many as were asked for.</summary>
    public bool More { get; init; }

    public void Add(Listed listed, ReadOnlyMemory<byte>? stored)
    {
        if (stored is not { } bytes)
        {
            WithoutBody.Add(listed);
            return;
        }

        try
        {
            Messages.Add((listed, Envelope.Read(bytes)));
        }
        catch (FormatException error)
        {
            Unreadable.Add((listed, bytes, error.Message));
        }
    }
}
