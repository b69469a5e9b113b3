using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Agent.Llm.OpenAi;

/// <summary>What a failure of a model server means: away for now, or refused for good.</summary>
static class ServerErrors
{
    static readonly string[] ContextWords = ["context_length", "context length", "maximum context", "context window", "n_ctx", "too many tokens", "exceeds the available context"];

    /// <summary>The failure as callers are to see it; null: not one of the server's.</summary>
    public static Exception? Explain(Exception failure, ModelServer server, CancellationToken cancellationToken) => failure switch
    {
        ModelRefusedException or ModelUnavailableException => failure,

        // The SDK's own time limit and the caller's wish to stop look alike; only the caller's token tells.
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,
        OperationCanceledException => new ModelUnavailableException($"{server} gave no answer within {server.Timeout}.", failure),
        ClientResultException { Status: > 0 } answered => OfStatus(answered.Status, Text(answered.GetRawResponse()), RetryAfter(answered.GetRawResponse()), server, failure),
        ClientResultException or HttpRequestException or IOException or SocketException => Away(server, failure),
        JsonException => new ModelUnavailableException($"{server} sent something that is no JSON: {failure.Message}", failure),
        AggregateException many when many.Flatten().InnerExceptions.All(inner => inner is ClientResultException or HttpRequestException or IOException or SocketException or OperationCanceledException) =>
            Away(server, many.Flatten().InnerExceptions[0]),
        _ => null,
    };

    public static Exception OfStatus(int status, string text, TimeSpan? retryAfter, ModelServer server, Exception? failure = null)
    {
        var said = text.Length == 0 ? $"{status}" : $"{status}: {text}";
        return status switch
        {
            429 => new ModelUnavailableException($"{server} is limiting ({said})", retryAfter ?? TimeSpan.Zero, failure) { IsLimit = true },
            401 or 403 => new ModelUnavailableException($"{server} did not take the key ({said}). Set OPENAI_API_KEY to one it takes.", failure!),
            408 or 409 or 425 or >= 500 => new ModelUnavailableException($"{server} is not ready ({said})", retryAfter, failure),
            404 when text.Contains("model", StringComparison.OrdinalIgnoreCase) => new ModelUnavailableException($"{server}: the server does not have this model ({said}). Set AGENT_MODEL to one it has.", failure!),
            404 or 405 => new ModelRefusedException($"{server} does not know this route ({said}).", RefusalKind.Api, failure),
            _ => new ModelRefusedException($"{server} refused the request ({said})", KindOf(text), failure),
        };
    }

    /// <summary>The error's text, in any of the forms servers give it: <c>{"error":{"message":…}}</c>, <c>{"error":"…"}</c>, <c>{"detail":"…"}</c>, plain text.</summary>
    public static string TextOf(string body)
    {
        try
        {
            var json = JsonDocument.Parse(body).RootElement;
            var error = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("error", out var inner) ? inner : json;
            return error.ValueKind switch
            {
                JsonValueKind.String => error.GetString()!,
                JsonValueKind.Object when error.TryGetProperty("message", out var message) => $"{message}{Code(error)}",
                JsonValueKind.Object when error.TryGetProperty("detail", out var detail) => detail.ToString(),
                _ => Short(body),
            };
        }
        catch (JsonException)
        {
            return Short(body);
        }
    }

    static string Code(JsonElement error) => error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String ? $" [{code}]" : "";

    static string Text(PipelineResponse? response)
    {
        try
        {
            return response?.Content is { } content ? TextOf(content.ToString()) : "";
        }
        catch (InvalidOperationException)
        {
            // A streamed answer whose body was not kept.
            return "";
        }
    }

    static TimeSpan? RetryAfter(PipelineResponse? response)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out var value) || value is null)
        {
            return null;
        }

        return double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400 ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var at) && at > TimeProvider.System.GetUtcNow() ? at - TimeProvider.System.GetUtcNow()
            : null;
    }

    static RefusalKind KindOf(string text) =>
        ContextWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? RefusalKind.ContextLength
        : text.Contains("response_format", StringComparison.OrdinalIgnoreCase) || text.Contains("json_schema", StringComparison.OrdinalIgnoreCase) || text.Contains("json_object", StringComparison.OrdinalIgnoreCase) ? RefusalKind.ResponseFormat
        : text.Contains("max_completion_tokens", StringComparison.OrdinalIgnoreCase) ? RefusalKind.AnswerLimit
        : text.Contains("Unexpected endpoint", StringComparison.OrdinalIgnoreCase) ? RefusalKind.Api
        : RefusalKind.Request;

    static ModelUnavailableException Away(ModelServer server, Exception failure) =>
        new($"{server} can not be reached: {failure.GetBaseException().Message} Is the server running, and OPENAI_BASE_URL its address?", failure);

    static string Short(string text) => text.Length <= 300 ? text.Trim() : text[..300].Trim() + "…";
}
