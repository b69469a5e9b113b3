namespace Agent.RedisTransport.Queues;

/// <summary>A message this process holds, until it is completed or given back.</summary>
sealed class Delivery(QueueReceiver receiver, Listed listed, Envelope envelope)
{
    /// <summary>Its name in the queue.</summary>
    public string Entry => listed.Name;

    public Listed Listed => listed;

    public Envelope Envelope => envelope;

    /// <summary>How often it was delivered before.</summary>
    public int Redeliveries { get; } = Queues.Entry.Redeliveries(listed.Name);

    public string Queue => receiver.Queue;

    /// <summary>False when the process was silent for so long that another may have the message by now.</summary>
    public bool IsHeld => receiver.IsHeld;

    /// <summary>Acknowledges; false when the message had been given to somebody else meanwhile.</summary>
    public Task<bool> CompleteAsync() => receiver.CompleteAsync(this);

    /// <summary>Gives it back, to be delivered again after a while, counted as a redelivery.</summary>
    public Task ReturnAsync(TimeSpan delay) => receiver.ReturnAsync(this, delay);
}
