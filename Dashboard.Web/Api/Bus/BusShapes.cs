using Agent.RedisTransport;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Bus;

sealed record QueueList(IReadOnlyList<QueueView> Queues);

sealed record QueueView(string Name, long Ready, long Delayed, long Leased, long Errors, double? OldestAgeMs, int Consumers)
{
    public static QueueView Of(QueueStatus queue) =>
        new(queue.Name, queue.Ready, queue.Delayed, queue.Leased, queue.Errors, queue.OldestAge?.TotalMilliseconds, queue.Consumers);
}

sealed record MessageList(string Queue, IReadOnlyList<MessageView> Messages);

sealed record MessageView(string? Id, DateTimeOffset SentAt, int Redeliveries, IReadOnlyList<string> Types, string? Fault, string? ExceptionType, string Body)
{
    public static MessageView Of(QueuedMessage message) =>
        new(message.MessageId, message.SentAt, message.Deliveries, message.MessageTypes, message.Fault, message.ExceptionType, message.Body);
}

/// <summary>Request: which messages, and whether only to say what would be done.</summary>
sealed record QueueOrder(string? Type = null, string? Fault = null, string? Id = null, double? OlderThanSeconds = null, int? Limit = null, bool? DryRun = null, string? Target = null)
{
    public MessageFilter Filter() =>
        new(Type, Fault, Id, OlderThanSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Limit);

    public ProblemHttpResult? Mistake() =>
        Limit is < 1 ? Problems.Of(StatusCodes.Status400BadRequest, "invalid_limit", $"limit is {Limit}; it must be above 0.")
        : OlderThanSeconds is < 0 or > 1e9 ? Problems.Of(StatusCodes.Status400BadRequest, "invalid_request", $"older_than_seconds is {OlderThanSeconds}; it can be 0 to 1000000000.")
        : null;
}

sealed record ChangeView(string Queue, string? Target, bool DryRun, int Count, IReadOnlyList<MessageView> Messages)
{
    const int MostShown = 100;

    public static ChangeView Of(QueueChange change) =>
        new(change.Queue, change.Target, change.DryRun, change.Messages.Count, [.. change.Messages.Take(MostShown).Select(MessageView.Of)]);
}
