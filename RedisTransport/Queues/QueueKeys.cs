namespace Agent.RedisTransport.Queues;

/// <summary>The names of things in Redis. What belongs to one queue shares one hash tag, and so one slot of a cluster.</summary>
sealed class QueueKeys(string prefix)
{
    /// <summary>Every durable queue that was ever used.</summary>
    public string Queues => $"{prefix}:queues";

    /// <summary>The processes that receive, or did when they died.</summary>
    public string Nodes => $"{prefix}:nodes";

    /// <summary>What a process receives from: <c>queue consumer</c>, for a temporary queue <c>~queue consumer</c>.</summary>
    public string Receivers(string node) => $"{prefix}:receivers:{node}";

    /// <summary>Counts changes of bindings; who publishes compares it.</summary>
    public string TopologyVersion => $"{prefix}:topology";

    /// <summary>The queues bound to a topic.</summary>
    public string Bindings(string topic) => $"{prefix}:bindings:{topic}";

    /// <summary>Where a scheduled message waits, by its token.</summary>
    public string Scheduled(string token) => $"{prefix}:scheduled:{token}";

    /// <summary>A process's heartbeat.</summary>
    public string Alive(string node) => $"{prefix}:alive:{node}";

    public Queue Of(string queue) => new($"{{{prefix}:{queue}}}", $"{prefix}:bell:{queue}");

    /// <summary>The keys of one queue.</summary>
    public sealed class Queue(string tag, string bell)
    {
        /// <summary>List of entries to be delivered; the next one is at the right end.</summary>
        public string Ready { get; } = $"{tag}:ready";

        /// <summary>Sorted set of entries by the time they are due, in Unix milliseconds.</summary>
        public string Delayed { get; } = $"{tag}:delayed";

        /// <summary>Hash of messages by entry.</summary>
        public string Bodies { get; } = $"{tag}:bodies";

        /// <summary>Set of consumers that may hold something.</summary>
        public string Consumers { get; } = $"{tag}:consumers";

        /// <summary>Set of topics the queue is bound to.</summary>
        public string Topics { get; } = $"{tag}:topics";

        /// <summary>Channel that is rung when there is something to fetch.</summary>
        public string Bell { get; } = bell;

        /// <summary>List of the entries a consumer holds; the oldest is at the right end.</summary>
        public string Processing(string consumer) => $"{tag}:processing:{consumer}";
    }
}
