using System.Net.Http.Headers;
using Agent.Dashboard.Web.Access;

namespace Agent.Dashboard.Web.Api;

/// <summary>A service behind the door, by its discovery name.</summary>
sealed record Peer(string Service, string Title, string Code)
{
    public static Peer Gateway { get; } = new("mcp-gateway", "The MCP gateway", "gateway_away");

    public static Peer Planner { get; } = new("planner-service", "The planner", "planner_away");

    public static Peer Executor { get; } = new("executor-service", "The executor", "executor_away");

    public static Peer Reviewer { get; } = new("reviewer-service", "The reviewer", "reviewer_away");

    public static Peer Policies { get; } = new("policy-service", "The policy service", "policy_service_away");
}

static class PeerSetup
{
    /// <summary>For <c>/health</c>, which asks for no key.</summary>
    public const string HealthClient = "health";

    public static void AddHealthClient(this WebApplicationBuilder builder) =>
        builder.Services.AddHttpClient(HealthClient).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) });

    /// <summary>An HTTP client for a peer: its address from service discovery, the internal key on each request.</summary>
    public static void AddPeer(this WebApplicationBuilder builder, Peer peer) =>
        builder.Services.AddHttpClient(peer.Service, (services, client) =>
        {
            var configuration = services.GetRequiredService<IConfiguration>();
            if (configuration[$"services:{peer.Service}:http:0"] is { Length: > 0 } address)
            {
                client.BaseAddress = new Uri(address);
            }

            if (configuration["AGENT_INTERNAL_KEY"] is { Length: > 0 } key)
            {
                client.DefaultRequestHeaders.Add("X-Agent-Key", key);
            }

            // Tool calls and event streams last; each caller sets its own deadline.
            client.Timeout = Timeout.InfiniteTimeSpan;
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) });

    public static HttpClient For(this IHttpClientFactory clients, Peer peer) => clients.CreateClient(peer.Service);
}

/// <summary>Passes a request on to a peer and its answer back, both streamed.</summary>
sealed class Forwarder(IHttpClientFactory clients, IHostApplicationLifetime lifetime)
{
    static readonly string[] Upward = ["Accept", "Last-Event-ID", "Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "traceparent", "tracestate"];

    /// <summary>Who asks, as the door has authenticated them; what a client sends under this name is not passed on.</summary>
    public const string PrincipalHeader = "X-Agent-Principal";
    static readonly string[] Downward = ["Mcp-Session-Id", "Retry-After", "ETag", "Cache-Control", "Allow"];

    public async Task ForwardAsync(HttpContext context, Peer peer, string path)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var client = clients.For(peer);
        if (client.BaseAddress is null)
        {
            await Away($"{peer.Title} has no address: services__{peer.Service}__http__0 is not set. Start the suite with `dotnet run --project AppHost`, which sets it.");
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path.TrimStart('/') + context.Request.QueryString);
        if (HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
            if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type))
            {
                request.Content.Headers.ContentType = type;
            }
        }

        foreach (var name in Upward.Where(context.Request.Headers.ContainsKey))
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)context.Request.Headers[name]);
        }

        foreach (var (name, value) in context.Request.Headers.Where(header => header.Key.StartsWith("Mcp-Param-", StringComparison.OrdinalIgnoreCase)))
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }

        request.Headers.TryAddWithoutValidation(PrincipalHeader, Uri.EscapeDataString(context.User.PrincipalName()));
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        }
        catch (HttpRequestException unreachable)
        {
            await Away($"{peer.Title} does not answer ({unreachable.HttpRequestError}). `agent doctor` says whether it runs; it is restarted by the host.");
            return;
        }

        using (response)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            foreach (var name in Downward)
            {
                if (response.Headers.TryGetValues(name, out var values))
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }

            await CopyAsync(await response.Content.ReadAsStreamAsync(stop.Token), context.Response, stop.Token);
        }

        Task Away(string detail)
        {
            context.Response.Headers.RetryAfter = "2";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, peer.Code, detail).ExecuteAsync(context);
        }
    }

    static async Task CopyAsync(Stream from, HttpResponse to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);

            // Event streams must arrive as they are written.
            await to.Body.FlushAsync(cancellationToken);
        }
    }
}
