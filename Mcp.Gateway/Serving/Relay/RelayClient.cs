using System.Collections.Concurrent;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Endpoints.Connections;
using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Serving.Relay;

/// <summary>Sends a client's own MCP requests on to an endpoint's server, with the endpoint's credentials in place of the client's.</summary>
sealed class RelayClient(Func<string, string?> environment) : IDisposable
{
    static readonly string[] Passed = ["Accept", "Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Last-Event-ID", "traceparent", "tracestate"];
    readonly ConcurrentDictionary<McpEndpoint, HttpClient> _clients = new();

    /// <exception cref="EndpointUnavailableException">Its settings can not be used as they are.</exception>
    public async Task<HttpResponseMessage> SendAsync(McpEndpoint endpoint, HttpRequest from, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        var target = (EndpointTarget.Http)ResolvedTarget.Of(endpoint.Settings, environment).Target;
        using var request = new HttpRequestMessage(new HttpMethod(from.Method), target.Url);
        foreach (var (name, value) in from.Headers.Where(header => Passed.Contains(header.Key, StringComparer.OrdinalIgnoreCase) || header.Key.StartsWith("Mcp-Param-", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }

        foreach (var (name, value) in target.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new("application/json") } };
        }

        return await Client(endpoint).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    HttpClient Client(McpEndpoint endpoint)
    {
        foreach (var gone in _clients.Keys.Where(known => known.IsDisposed))
        {
            if (_clients.TryRemove(gone, out var client))
            {
                client.Dispose();
            }
        }

        return _clients.GetOrAdd(endpoint, known => new HttpClient(EndpointHttpHandler.Sockets(known.Settings)) { Timeout = Timeout.InfiniteTimeSpan });
    }
}
