using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Agent.Contracts;

namespace Agent.Journal.Webhooks;

/// <summary>One message owed to a webhook, and what became of it.</summary>
/// <param name="Id">The same for the same webhook and run, whoever finds out that it is owed: receivers know a repeat by it.</param>
/// <param name="Event">Such as <c>run.succeeded</c>, or <c>test</c>.</param>
/// <param name="Body">What is sent, the same with each try; null once it is over.</param>
/// <param name="Tries">So many were made.</param>
/// <param name="NextAt">When the next is due.</param>
/// <param name="Status">What the receiver answered last; null if it did not.</param>
/// <param name="Error">Why the last try was none; null if it was taken.</param>
public sealed record WebhookDelivery(
    string Id, Guid WebhookId, string Webhook, Guid? RunId, string Event, string? Body, DateTimeOffset OwedAt, DeliveryState State, int Tries, DateTimeOffset NextAt,
    DateTimeOffset? TriedAt = null, int? Status = null, string? Error = null)
{
    public static string IdOf(Guid webhookId, Guid runId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{webhookId:N}:{runId:N}")))[..32];
}

/// <summary>How a delivery stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DeliveryState>))]
public enum DeliveryState
{
    /// <summary>To be tried, or tried again.</summary>
    Pending,

    /// <summary>The receiver answered 2xx.</summary>
    Delivered,

    /// <summary>Given up after the last try.</summary>
    Failed,
}
