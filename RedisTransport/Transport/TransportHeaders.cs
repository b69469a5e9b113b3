using System.Diagnostics.CodeAnalysis;
using Agent.RedisTransport.Queues;
using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>Headers between MassTransit's and the stored message's.</summary>
static class TransportHeaders
{
    /// <summary>How often a message had been delivered when it went to the error queue.</summary>
    public const string Deliveries = "MT-Redis-Deliveries";

    /// <summary>The queue an error came from.</summary>
    public const string SourceQueue = "MT-Redis-Source-Queue";

    /// <summary>Its body is what was stored, and could not be read.</summary>
    public const string Unreadable = "MT-Redis-Unreadable";

    public static IEnumerable<KeyValuePair<string, object>> Of(SendContext context)
    {
        if (context.MessageId is { } id)
        {
            yield return new(MessageHeaders.MessageId, id.ToString());
        }

        yield return new(MessageHeaders.ContentType, (context.ContentType ?? SystemTextJsonMessageSerializer.JsonContentType).ToString());
        foreach (var header in context.Headers.GetAll())
        {
            if (header.Value is not null && header.Key is not (MessageHeaders.MessageId or MessageHeaders.ContentType))
            {
                yield return header;
            }
        }
    }

    /// <summary>The stored message with more headers, for the error and skipped queues.</summary>
    public static Envelope With(this Envelope envelope, Action<SendHeaders> add)
    {
        var headers = new Dictionary<string, object>(envelope.Headers, StringComparer.OrdinalIgnoreCase);
        var sendHeaders = new DictionarySendHeaders(headers, useExistingDictionary: true);
        sendHeaders.SetHostHeaders();
        add(sendHeaders);
        return Envelope.Create(headers, envelope.Body.Span, envelope.SentAt, expiresAt: null);
    }
}

sealed class EnvelopeHeaders(Envelope envelope) : IHeaderProvider
{
    public IEnumerable<KeyValuePair<string, object>> GetAll() => envelope.Headers;

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value) => envelope.Headers.TryGetValue(key, out value);
}
