using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Serving;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Mcp.Gateway.Tools;

static class ToolRoutes
{
    /// <summary>Executors ask again every few seconds, and give up on an answer after three.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapTools(this IEndpointRouteBuilder app)
    {
        app.MapGet("/mcp/tools", List).WithSummary("Every tool of every usable endpoint");
        app.MapPost("/mcp/invoke", Invoke).WithSummary("Call a tool");
    }

    static async Task<JsonHttpResult<IEnumerable<OfferedTool>>> List(EndpointSet endpoints, TimeProvider time, CancellationToken cancellationToken)
    {
        await endpoints.SettledAsync(Patience, time, cancellationToken);
        return TypedResults.Json(
            endpoints.Offered().Select(tool => new OfferedTool(
            tool.Name, tool.Endpoint, tool.Tool, tool.Definition.Protocol.Description ?? tool.Definition.Protocol.Title ?? "", tool.Definition.Protocol.InputSchema, tool.Effect, tool.Definition.Hash)),
            ContractJson.Options);
    }

    static async Task<IResult> Invoke(InvokeTool request, EndpointSet endpoints, GatewayCalls calls, HttpContext http, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.Tool) || request.Arguments is not (null or JsonObject))
        {
            var wrong = string.IsNullOrEmpty(request.Tool) ? "'tool' is missing." : "'arguments' is not a JSON object.";
            return Refusals.Problem(new InvocationOutcome.Refused(RefusalCode.InvalidArguments, wrong, "Send {\"endpoint\",\"tool\",\"arguments\":{…}}."), http.Response);
        }

        var found = request.Endpoint is { Length: > 0 } name ? endpoints.Find(name) : endpoints.Resolve(request.Tool)?.Endpoint;
        if (found is null)
        {
            return Refusals.Problem(
                new InvocationOutcome.Refused(RefusalCode.UnknownEndpoint, $"There is no endpoint '{request.Endpoint ?? request.Tool}' in {endpoints.File.Path}.", "GET /mcp lists the endpoints; add it to the file, which is read again when written."), http.Response);
        }

        var call = new ToolCall(request.Tool, request.Arguments as JsonObject ?? [], Meta(request));
        var outcome = await calls.InvokeAsync(found, call, new(Caller.Of(http.Request), request.RunId, request.CallId), cancellationToken);
        return outcome switch
        {
            InvocationOutcome.Answered answered => TypedResults.Json(
                new { answered.IsError, Content = answered.Result["content"] ?? new JsonArray(), StructuredContent = answered.Result["structuredContent"], Text = ResultText.Of(answered.Result) }, ContractJson.Options),
            InvocationOutcome.Rejected rejected => TypedResults.Json(
                new { IsError = true, Content = new JsonArray(ResultText.Block(rejected.Message)), Text = rejected.Message, rejected.Code }, ContractJson.Options),
            _ => Refusals.Problem(outcome, http.Response),
        };
    }

    static JsonObject Meta(InvokeTool request)
    {
        var meta = new JsonObject();
        foreach (var (key, value) in new[] { (ToolCall.IdempotencyKeyMeta, request.IdempotencyKey), (ToolCall.RunMeta, request.RunId), (ToolCall.CallMeta, request.CallId) })
        {
            if (!string.IsNullOrEmpty(value))
            {
                meta[key] = value;
            }
        }

        return meta;
    }

    sealed record OfferedTool(string Name, string Endpoint, string Tool, string Description, JsonElement InputSchema, EffectClass Effect, string DefinitionHash);

    /// <param name="Endpoint">May be left out when <paramref name="Tool"/> is a federated name.</param>
    sealed record InvokeTool(string? Tool = null, string? Endpoint = null, JsonNode? Arguments = null, string? RunId = null, string? CallId = null, string? IdempotencyKey = null);
}
