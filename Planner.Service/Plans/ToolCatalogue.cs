using System.Text.Json;
using Agent.Guardrails.LocalTools;
using Agent.ServiceDefaults.Http;

namespace Agent.Planner.Service.Plans;

/// <summary>Names of the tools there are: the built-in ones, installed bundles, and those of the gateway's healthy endpoints. Federation is partial: without the gateway, plans use the others.</summary>
sealed class ToolCatalogue : IToolNames, IDisposable
{
    public const string Client = "mcp-gateway";

    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(15);

    readonly IHttpClientFactory _clients;
    readonly IConfiguration _configuration;
    readonly ServiceListing<string>? _listing;

    public ToolCatalogue(IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<ToolCatalogue> logger)
    {
        (_clients, _configuration) = (clients, configuration);
        _listing = string.IsNullOrEmpty(configuration[$"services:{Client}:http:0"]) ? null : new ServiceListing<string>(AskAsync, FreshFor, time, logger.GatewayAway);
    }

    public async Task<IReadOnlySet<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var federated = _listing is null ? [] : await _listing.ListAsync(cancellationToken);
        return new HashSet<string>([.. KnownTools.BuiltIn, .. Installed(), .. federated], StringComparer.Ordinal);
    }

    public void Dispose() => _listing?.Dispose();

    IEnumerable<string> Installed() => _configuration[LocalToolManifest.DirectorySetting] is { Length: > 0 } directory && Directory.Exists(directory)
        ? Directory.EnumerateDirectories(directory).Where(bundle => !Path.GetFileName(bundle).StartsWith('.')).Select(bundle => LocalToolManifest.Of(bundle).Manifest?.Name).OfType<string>()
        : [];

    async Task<IReadOnlyList<string>> AskAsync(CancellationToken cancellationToken)
    {
        var tools = await _clients.CreateClient(Client).GetFromJsonAsync<JsonElement>("/mcp/tools", cancellationToken);
        return tools.ValueKind == JsonValueKind.Array
            ? [.. tools.EnumerateArray().Select(tool => tool.TryGetProperty("name", out var name) ? name.GetString() : null).OfType<string>()]
            : [];
    }
}
