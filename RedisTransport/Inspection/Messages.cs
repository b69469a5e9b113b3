using System.Text;
using System.Text.Json;
using Agent.RedisTransport.Queues;
using MassTransit;

namespace Agent.RedisTransport;

/// <summary>Reads stored messages for people.</summary>
static class Messages
{
    const int MostShown = 64 * 1024;

    public static QueuedMessage Read(string entry, Envelope envelope) => new(
        entry,
        Text(envelope, MessageHeaders.MessageId),
        envelope.SentAt,
        Entry.Redeliveries(entry),
        Types(envelope),
        Text(envelope, MessageHeaders.FaultMessage) ?? Text(envelope, MessageHeaders.Reason),
        Text(envelope, MessageHeaders.FaultExceptionType),
        envelope.Headers,
        Encoding.UTF8.GetString(envelope.Body.Span[..Math.Min(envelope.Body.Length, MostShown)]));

    public static bool Matches(QueuedMessage message, MessageFilter filter, DateTimeOffset now) =>
        (filter.MessageId is null || string.Equals(filter.MessageId, message.MessageId, StringComparison.OrdinalIgnoreCase))
        && (filter.MessageType is null || message.MessageTypes.Any(type => type.Contains(filter.MessageType, StringComparison.OrdinalIgnoreCase)))
        && (filter.Fault is null || Contains(message.Fault, filter.Fault) || Contains(message.ExceptionType, filter.Fault))
        && (filter.OlderThan is null || now - message.SentAt > filter.OlderThan);

    /// <summary>What a message that failed carries besides its own headers.</summary>
    public static bool IsFailureMark(string header) =>
        (header.StartsWith("MT-Fault-", StringComparison.OrdinalIgnoreCase) && header is not MessageHeaders.FaultAddress)
        || header.StartsWith("MT-Host-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("MT-Redis-", StringComparison.OrdinalIgnoreCase)
        || header is MessageHeaders.Reason or MessageHeaders.RedeliveryCount;

    static bool Contains(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    static string? Text(Envelope envelope, string header) => envelope.Headers.GetValueOrDefault(header)?.ToString();

    static string[] Types(Envelope envelope)
    {
        if (Text(envelope, MessageHeaders.MessageType) is { } header)
        {
            return header.Split(';');
        }

        try
        {
            // {"messageId":…,"messageType":["urn:message:Agent.Contracts:PlanRun"],"message":{…}}
            using var body = JsonDocument.Parse(envelope.Body);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("messageType", out var types) && types.ValueKind == JsonValueKind.Array
                ? [.. types.EnumerateArray().Select(type => type.ToString())]
                : [];
        }
        catch (JsonException)
        {
            // Another serializer's body: its types are not known here.
            return [];
        }
    }
}
