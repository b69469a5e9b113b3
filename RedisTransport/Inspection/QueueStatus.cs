namespace Agent.RedisTransport;

/// <summary>How a queue is.</summary>
/// <param name="Ready">Messages to be delivered.</param>
/// <param name="Delayed">Messages that are not due yet.</param>
/// <param name="Leased">Messages being handled.</param>
/// <param name="Errors">Messages in its error queue.</param>
/// <param name="OldestAge">Age of the message to be delivered next; null when there is none.</param>
/// <param name="Consumers">How many endpoints receive from it.</param>
public sealed record QueueStatus(string Name, long Ready, long Delayed, long Leased, long Errors, TimeSpan? OldestAge, int Consumers);

/// <summary>A message looked at in its queue.</summary>
/// <param name="Entry">Its name in the queue.</param>
/// <param name="MessageTypes">Its types as URNs, the most specific first.</param>
/// <param name="Fault">Why it is in an error queue; null elsewhere.</param>
/// <param name="Body">Its body as text, cut at 64 KB.</param>
public sealed record QueuedMessage(
    string Entry,
    string? MessageId,
    DateTimeOffset SentAt,
    int Deliveries,
    IReadOnlyList<string> MessageTypes,
    string? Fault,
    string? ExceptionType,
    IReadOnlyDictionary<string, object> Headers,
    string Body);

/// <summary>Which messages of a queue are meant; what is null matches all.</summary>
/// <param name="MessageType">Part of a message type's name.</param>
/// <param name="Fault">Part of the fault's text or of the exception's type.</param>
/// <param name="MessageId">One message.</param>
/// <param name="OlderThan">Sent longer ago than this.</param>
/// <param name="Limit">At most so many, the oldest first.</param>
public sealed record MessageFilter(string? MessageType = null, string? Fault = null, string? MessageId = null, TimeSpan? OlderThan = null, int? Limit = null);

/// <summary>What was, or with a dry run would be, moved or removed.</summary>
/// <param name="Target">The queue they went to; null when they were removed.</param>
public sealed record QueueChange(string Queue, string? Target, bool DryRun, IReadOnlyList<QueuedMessage> Messages);
