namespace Agent.RedisTransport.Queues;

/// <param name="Prefetch">How many messages are held at a time.</param>
/// <param name="Concurrency">How many of them are handled at a time.</param>
/// <param name="Temporary">The queue goes with its receiver.</param>
sealed record QueueReceiverSettings(string Queue, int Prefetch, int Concurrency, bool Temporary, IReadOnlyCollection<string> Topics);
