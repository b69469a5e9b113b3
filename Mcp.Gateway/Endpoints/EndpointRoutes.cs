using Agent.Contracts;
using Agent.Mcp.Gateway.Serving;
using Agent.Mcp.Gateway.Serving.Relay;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Mcp.Gateway.Endpoints;

static class EndpointRoutes
{
    public static void MapEndpoints(this IEndpointRouteBuilder app)
    {
        app.MapGet("/mcp/health", Health).WithSummary("Which endpoints can be used, and why others can not");
        app.MapGet("/mcp/endpoints/{name}", Card).WithSummary("One endpoint with its tools");
        app.MapPost("/mcp/endpoints/{name}/probe", Probe).WithSummary("Probe an endpoint now");
        app.MapPost("/mcp/endpoints/{name}/tools/accept", Accept).WithSummary("Accept a tool's changed definition");
        app.MapPost("/mcp/reload", Reload).WithSummary("Read mcp_endpoints.json again");
    }

    /// <summary>All cards, as <c>GET /mcp</c> gives them to whoever is not an MCP client.</summary>
    public static IResult Cards(EndpointSet endpoints) => Json(new { Endpoints = endpoints.All.Select(endpoint => EndpointCard.Of(endpoint, withTools: false)), endpoints.File });

    static JsonHttpResult<HealthReport> Health(EndpointSet endpoints) => Json(HealthReport.Of(endpoints));

    static async Task Card(string name, EndpointSet endpoints, RelayClient relay, HttpContext context)
    {
        if (RelayRoutes.WantsStream(context.Request))
        {
            await RelayRoutes.RelayAsync(name, context, endpoints, relay);
            return;
        }

        IResult card = endpoints.Find(name) is { } endpoint ? Json(EndpointCard.Of(endpoint, withTools: true)) : Missing(name, endpoints);
        await card.ExecuteAsync(context);
    }

    static async Task<IResult> Probe(string name, EndpointSet endpoints, CancellationToken cancellationToken)
    {
        if (endpoints.Find(name) is not { Settings.Enabled: true } endpoint)
        {
            return Missing(name, endpoints);
        }

        await endpoint.Watch.ProbeAsync(cancellationToken);
        return Json(EndpointCard.Of(endpoint, withTools: true));
    }

    static IResult Accept(string name, AcceptDefinition request, EndpointSet endpoints, HttpRequest http)
    {
        if (Caller.Of(http) is not { } principal)
        {
            return TypedResults.Problem($"Nobody is named who accepts. The door names its principal in {Caller.Header}; go through the door.", statusCode: 403, title: "Nobody accepts", extensions: Code("no_principal"));
        }

        if (endpoints.Find(name) is not { } endpoint)
        {
            return Missing(name, endpoints);
        }

        return request is { Tool: { } tool, DefinitionHash: { } hash } && endpoint.Accept(tool, hash, principal)
            ? Json(EndpointCard.Of(endpoint, withTools: true))
            : TypedResults.Problem($"'{name}' does not offer '{request.Tool}' with this definition.", statusCode: 409, title: "Nothing to accept", extensions: Code("definition_moved"));
    }

    static IResult Reload(EndpointSet endpoints)
    {
        var mistakes = endpoints.Reload();
        return mistakes.Count == 0
            ? Json(new { endpoints.File })
            : TypedResults.Problem("The file has mistakes; the last good one stays in force.", statusCode: 422, title: "Not taken", extensions: new Dictionary<string, object?> { ["code"] = "invalid_file", ["mistakes"] = mistakes.Select(mistake => mistake.ToString()) });
    }

    public static ProblemHttpResult Missing(string name, EndpointSet endpoints) =>
        TypedResults.Problem($"There is no endpoint '{name}' in {endpoints.File.Path}.", statusCode: 404, title: "Unknown endpoint", extensions: Code("unknown_endpoint"));

    static Dictionary<string, object?> Code(string code) => new() { ["code"] = code };

    static JsonHttpResult<T> Json<T>(T value) => TypedResults.Json(value, ContractJson.Options);

    /// <param name="DefinitionHash">Of the definition the person has seen.</param>
    sealed record AcceptDefinition(string? Tool = null, string? DefinitionHash = null);
}
