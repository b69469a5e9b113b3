using System.Text.Json;

namespace Agent.Planner.Service.Plans;

/// <summary>Names of the tools there are: the built-in ones and those of the gateway's healthy endpoints.</summary>
sealed class ToolCatalogue(IHttpClientFactory clients, TimeProvider time, ILogger<ToolCatalogue> logger) : IToolNames
{
    public const string Client = "mcp-gateway";

    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(15);

    IReadOnlySet<string> _names = KnownTools.BuiltIn;
    DateTimeOffset _readAt = DateTimeOffset.MinValue;

    public async Task<IReadOnlySet<string>> NamesAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - _readAt < FreshFor)
        {
            return _names;
        }

        var client = clients.CreateClient(Client);
        if (client.BaseAddress is null)
        {
            return _names;
        }

        try
        {
            var tools = await client.GetFromJsonAsync<JsonElement>("/mcp/tools", cancellationToken);
            _names = new HashSet<string>(KnownTools.BuiltIn.Concat(NamesIn(tools)), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Federation is partial: without the gateway, plans use the built-in tools.
            logger.GatewayAway(exception.Message);
            _names = KnownTools.BuiltIn;
        }

        _readAt = time.GetUtcNow();
        return _names;
    }

    static IEnumerable<string> NamesIn(JsonElement tools) =>
        tools.ValueKind == JsonValueKind.Array
            ? tools.EnumerateArray().Select(tool => tool.TryGetProperty("name", out var name) ? name.GetString() : null).OfType<string>()
            : [];
}
