using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Agent.Mcp.Gateway.Endpoints.Settings;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>What the MCP client does not do on the wire: turns a 429 into <see cref="CooldownException"/>, which keeps its <c>Retry-After</c>; makes odd tool names fit for a header.</summary>
sealed class EndpointHttpHandler(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    const string NameHeader = "Mcp-Name";
    static readonly TimeSpan Otherwise = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Most = TimeSpan.FromHours(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.TryGetValues(NameHeader, out var names) && names.FirstOrDefault() is { } name && !Ascii.IsValid(name))
        {
            // The MCP client leaves names as they are for revisions that do not know this header, and HTTP does not take them.
            request.Headers.Remove(NameHeader);
            request.Headers.Add(NameHeader, McpHeaderEncoder.EncodeValue(name));
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.TooManyRequests)
        {
            return response;
        }

        var wait = Wait(response.Headers.RetryAfter, time);
        response.Dispose();
        throw new CooldownException(wait);
    }

    /// <summary>Redirects would carry the credentials along, cookies would mix callers up.</summary>
    public static SocketsHttpHandler Sockets(EndpointSettings settings) =>
        new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = settings.ConnectTimeout };

    /// <summary>How long a 429 asks to wait.</summary>
    public static TimeSpan Wait(RetryConditionHeaderValue? header, TimeProvider time)
    {
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow()) ?? Otherwise;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Most ? Most : wait;
    }
}
