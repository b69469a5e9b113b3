using System.Net;

namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>The endpoint answered 429: come back later.</summary>
sealed class CooldownException(TimeSpan retryAfter) : HttpRequestException($"The endpoint asked to wait {retryAfter.TotalSeconds:0.#} s (HTTP 429).", null, HttpStatusCode.TooManyRequests)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
