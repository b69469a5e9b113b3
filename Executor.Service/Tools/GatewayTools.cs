using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

/// <summary>Tools of the MCP endpoints behind the gateway. A gateway that is away has no tools; the built-in ones go on.</summary>
sealed class GatewayTools(IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<GatewayTools> logger) : IDisposable
{
    public const string Service = "mcp-gateway";

    static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ListTime = TimeSpan.FromSeconds(3);

    readonly SemaphoreSlim _fetching = new(1, 1);
    IReadOnlyList<ITool> _tools = [];
    DateTimeOffset _fetchedAt;
    bool _isAway;

    public async Task<IReadOnlyList<ITool>> ListAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration[$"services:{Service}:http:0"]))
        {
            return [];
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() - _fetchedAt > Freshness)
            {
                _tools = await FetchAsync(cancellationToken);
                _fetchedAt = time.GetUtcNow();
            }

            return _tools;
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Dispose() => _fetching.Dispose();

    async Task<IReadOnlyList<ITool>> FetchAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ListTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var gateway = clients.CreateClient(Service);
            var listed = await gateway.GetFromJsonAsync<List<GatewayToolListing>>("/mcp/tools", ContractJson.Options, either.Token) ?? [];
            _isAway = false;
            return [.. listed.Select(listing => new GatewayTool(listing, gateway))];
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            if (!_isAway)
            {
                logger.GatewayAway(exception.Message);
            }

            _isAway = true;
            return [];
        }
    }
}

/// <summary>One entry of <c>GET /mcp/tools</c>.</summary>
sealed record GatewayToolListing(string Name, string Endpoint, string Tool, string? Description, JsonElement InputSchema, EffectClass Effect, string DefinitionHash);

static partial class GatewayLog
{
    [LoggerMessage(LogLevel.Warning, "The MCP gateway's tools are unavailable: {Problem}")]
    public static partial void GatewayAway(this ILogger logger, string problem);
}
