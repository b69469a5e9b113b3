using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Metering;

/// <summary>Counts tokens, money and time of every exchange, and makes a span of it. What was said stays out of both.</summary>
sealed class MeteredChatClient(IChatClient inner, string role, Prices prices, TimeProvider time) : DelegatingChatClient(inner)
{
    static readonly ActivitySource Source = new("Agent.Llm");
    static readonly Meter Meter = new("Agent.Llm");

    static readonly Histogram<double> Latency = Meter.CreateHistogram(GenAi.Latency, "s", "How long model replies take", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120] });
    static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(GenAi.OperationDuration, "s", "Duration of model calls");
    static readonly Histogram<long> Usage = Meter.CreateHistogram<long>(GenAi.TokenUsage, "{token}", "Tokens of model calls");
    static readonly Counter<long> Tokens = Meter.CreateCounter<long>(GenAi.Tokens, description: "Tokens sent to and received from models");
    static readonly Counter<long> Parts = Meter.CreateCounter<long>(GenAi.TokenParts, description: "Of the tokens counted: read from a cache (in), thought (out)");
    static readonly Counter<double> Cost = Meter.CreateCounter<double>(GenAi.Cost, description: "Money spent on models, by the price table");

    readonly string _role = role;
    readonly Prices _prices = prices;
    readonly TimeProvider _time = time;
    readonly ChatClientMetadata? _metadata = inner.GetService<ChatClientMetadata>();

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var exchange = Begin(options);
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken);
            Price(response.ModelId, response.Usage);
            exchange.End(response.ModelId, response.ResponseId, response.FinishReason, response.Usage);
            return response;
        }
        catch (Exception failure)
        {
            exchange.Fail(failure);
            throw;
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var exchange = Begin(options);
        UsageDetails? usage = null;
        ChatResponseUpdate? last = null;
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            foreach (var content in update.Contents)
            {
                if (content is UsageContent { Details: var details })
                {
                    // Now: who adds the updates up copies the counts.
                    Price(update.ModelId, details);
                    usage = details;
                }
            }

            last = update;
            yield return update;
        }

        exchange.End(last?.ModelId, last?.ResponseId, last?.FinishReason, usage);
    }

    // Servers answer with the version they run (gpt-4o-mini-2024-07-18); the table may name what was asked for.
    void Price(string? model, UsageDetails? usage)
    {
        if (usage is not null && (_prices.Of(model ?? "", usage) ?? _prices.Of(_metadata?.DefaultModelId ?? "", usage)) is { } money)
        {
            (usage.AdditionalCounts ??= [])[ModelCall.CostMicroUsd] = (long)Math.Ceiling(Math.Round(money * 1_000_000, 3));
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is ModelCall.Price && serviceType == typeof(Func<UsageDetails, double?>)
            ? new Func<UsageDetails, double?>(usage => _prices.Of(_metadata?.DefaultModelId ?? "", usage))
            : base.GetService(serviceType, serviceKey);

    Exchange Begin(ChatOptions? options)
    {
        var span = Source.StartActivity($"chat {_metadata?.DefaultModelId}", ActivityKind.Client);
        if (span is not null)
        {
            // Which run and step asks travels with the request, and ends here: servers are not told.
            foreach (var (name, value) in options?.AdditionalProperties?.Where(property => property.Key.StartsWith("agent.", StringComparison.Ordinal)) ?? [])
            {
                span.SetTag(name, value);
            }
        }

        return new Exchange(this, span, _time.GetTimestamp());
    }

    sealed class Exchange(MeteredChatClient client, Activity? span, long started) : IDisposable
    {
        bool _done;

        public void End(string? model, string? id, ChatFinishReason? finish, UsageDetails? usage)
        {
            _done = true;
            var used = model ?? client._metadata?.DefaultModelId ?? "unknown";
            Record(used, "ok");
            Count(used, "input", usage?.InputTokenCount);
            Count(used, "output", usage?.OutputTokenCount);
            Part(used, "cached", usage?.CachedInputTokenCount);
            Part(used, "reasoning", usage?.ReasoningTokenCount);
            if (usage?.AdditionalCounts?.TryGetValue(ModelCall.CostMicroUsd, out var cost) is true)
            {
                Cost.Add(cost / 1_000_000.0, new("role", client._role), new("model", used));
            }

            span?.SetTag(GenAi.ResponseModel, used).SetTag(GenAi.ResponseId, id).SetTag(GenAi.FinishReasons, finish is { } reason ? new[] { reason.Value } : null)
                .SetTag(GenAi.InputTokens, usage?.InputTokenCount).SetTag(GenAi.OutputTokens, usage?.OutputTokenCount)
                .SetTag(GenAi.CachedTokens, usage?.CachedInputTokenCount).SetTag(GenAi.ReasoningTokens, usage?.ReasoningTokenCount);
        }

        public void Fail(Exception failure)
        {
            _done = true;
            var kind = failure is ModelUnavailableException { IsLimit: true } ? "limited" : failure.GetType().Name;
            Record(client._metadata?.DefaultModelId ?? "unknown", kind);
            span?.SetTag(GenAi.ErrorType, kind).SetStatus(ActivityStatusCode.Error, failure.Message);
        }

        public void Dispose()
        {
            if (!_done)
            {
                Record(client._metadata?.DefaultModelId ?? "unknown", "broken_off");
            }

            span?.SetTag(GenAi.OperationName, "chat").SetTag(GenAi.ProviderName, client._metadata?.ProviderName).SetTag(GenAi.RequestModel, client._metadata?.DefaultModelId)
                .SetTag(GenAi.ServerAddress, client._metadata?.ProviderUri?.Host);
            span?.Dispose();
        }

        void Record(string model, string outcome)
        {
            var seconds = client._time.GetElapsedTime(started).TotalSeconds;
            Latency.Record(seconds, new("role", client._role), new("model", model), new("outcome", outcome));
            Duration.Record(seconds, new(GenAi.OperationName, "chat"), new(GenAi.ProviderName, client._metadata?.ProviderName), new(GenAi.RequestModel, model));
        }

        void Part(string model, string part, long? tokens)
        {
            if (tokens is > 0)
            {
                Parts.Add(tokens.Value, new("part", part), new("role", client._role), new("model", model));
            }
        }

        void Count(string model, string direction, long? tokens)
        {
            if (tokens is > 0)
            {
                Tokens.Add(tokens.Value, new("direction", direction), new("role", client._role), new("model", model));
                Usage.Record(tokens.Value, new(GenAi.TokenType, direction), new(GenAi.OperationName, "chat"), new(GenAi.ProviderName, client._metadata?.ProviderName), new(GenAi.RequestModel, model));
            }
        }
    }
}
