using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.ServiceDefaults.Http;

namespace Agent.Executor.Service.Tools;

/// <summary>Tools of the MCP endpoints behind the gateway. A gateway that stays away has no tools; the built-in ones go on.</summary>
sealed class GatewayTools : IDisposable
{
    public const string Service = "mcp-gateway";

    static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    readonly IHttpClientFactory _clients;
    readonly ServiceListing<ITool>? _listing;

    public GatewayTools(IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<GatewayTools> logger)
    {
        _clients = clients;
        _listing = string.IsNullOrEmpty(configuration[$"services:{Service}:http:0"]) ? null : new ServiceListing<ITool>(AskAsync, Freshness, time, logger.GatewayAway);
    }

    public async Task<IReadOnlyList<ITool>> ListAsync(CancellationToken cancellationToken) => _listing is null ? [] : await _listing.ListAsync(cancellationToken);

    public void Dispose() => _listing?.Dispose();

    async Task<IReadOnlyList<ITool>> AskAsync(CancellationToken cancellationToken)
    {
        var gateway = _clients.CreateClient(Service);
        var listed = await gateway.GetFromJsonAsync<List<GatewayToolListing>>("/mcp/tools", ContractJson.Options, cancellationToken) ?? [];
        return [.. listed.Select(listing => new GatewayTool(listing, gateway))];
    }
}

/// <summary>One entry of <c>GET /mcp/tools</c>.</summary>
sealed record GatewayToolListing(string Name, string Endpoint, string Tool, string? Description, JsonElement InputSchema, EffectClass Effect, string DefinitionHash);

static partial class GatewayLog
{
    [LoggerMessage(LogLevel.Warning, "The MCP gateway's tools are unavailable: {Problem}")]
    public static partial void GatewayAway(this ILogger logger, string problem);
}
