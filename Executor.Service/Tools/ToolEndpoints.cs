using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

static class ToolEndpoints
{
    public static void MapTools(this IEndpointRouteBuilder app) =>
        app.MapGet("/tools", ListTools).WithTags("Tools").WithSummary("All tools there are now, built in and of MCP endpoints");

    static async Task<IResult> ListTools(ToolCatalogue catalogue, CancellationToken cancellationToken)
    {
        var tools = await catalogue.OfferedAsync([], cancellationToken);
        return TypedResults.Json(tools.Select(tool => tool.Description).Select(tool => new ToolListing(tool.Name, tool.Text, tool.Effect, tool.Version, tool.Hash, tool.Endpoint, tool.Schema)), ContractJson.Options);
    }

    sealed record ToolListing(string Name, string Description, EffectClass Effect, string Version, string? Hash, string? Endpoint, System.Text.Json.JsonElement InputSchema);
}
