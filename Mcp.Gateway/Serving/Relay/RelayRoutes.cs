using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Endpoints.Connections;
using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.Mcp.Gateway.Tools;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Serving.Relay;

/// <summary><c>/mcp/endpoints/{name}</c> as an MCP server: one endpoint with everything it can do (resources, prompts, sampling, elicitation, progress), under its own tool names.
/// Messages go through as they are; only tool calls pass the same gates as everywhere, and tools that may not be called are not listed.</summary>
static class RelayRoutes
{
    static readonly string[] Returned = ["Mcp-Session-Id", "Retry-After", "Allow", "Cache-Control"];

    public static void MapRelay(this IEndpointRouteBuilder app)
    {
        app.MapPost("/mcp/endpoints/{name}", PostAsync).WithSummary("One endpoint as an MCP server of its own");
        app.MapDelete("/mcp/endpoints/{name}", (string name, HttpContext context, EndpointSet endpoints, RelayClient client) => RelayAsync(name, context, endpoints, client)).WithSummary("End a session with one endpoint");
    }

    /// <summary>Whether a GET wants the listening stream rather than the card.</summary>
    public static bool WantsStream(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal);

    /// <summary>Listening streams and ends of sessions: nothing to judge in them.</summary>
    public static async Task RelayAsync(string name, HttpContext context, EndpointSet endpoints, RelayClient client)
    {
        if (Target(name, endpoints, out var refused) is not { } endpoint)
        {
            await refused!.ExecuteAsync(context);
            return;
        }

        try
        {
            using var response = await client.SendAsync(endpoint, context.Request, null, context.RequestAborted);
            await CopyAsync(response, context, null);
        }
        catch (Exception problem) when (problem is HttpRequestException or EndpointUnavailableException && !context.Response.HasStarted)
        {
            await Unavailable(endpoint, problem, context.Response).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up, as it may.
        }
    }

    static async Task PostAsync(string name, HttpContext context, EndpointSet endpoints, RelayClient client, GatewayCalls calls)
    {
        if (Target(name, endpoints, out var refused) is not { } endpoint)
        {
            await refused!.ExecuteAsync(context);
            return;
        }

        JsonObject? message;
        try
        {
            message = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            message = null;
        }

        if (message is null)
        {
            await McpRoutes.RefuseAsync(context, 400, ModelContextProtocol.McpErrorCode.ParseError, "The body is not one JSON-RPC message.");
            return;
        }

        if (RoutingHeaders.Mistake(context.Request.Headers, message) is { } mistake)
        {
            await McpRoutes.RefuseAsync(context, 400, ModelContextProtocol.McpErrorCode.HeaderMismatch, mistake, message["id"]);
            return;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(message, ContractJson.Options);
        try
        {
            if (message["method"]?.ToString() == RequestMethods.ToolsCall && message["params"] is JsonObject parameters)
            {
                var call = new ToolCall(parameters["name"]?.ToString() ?? "", parameters["arguments"] as JsonObject ?? []);
                var outcome = await calls.JudgeAndRecordAsync(endpoint, call, new(Caller.Of(context.Request)), token => RelayedCall.RunAsync(endpoint, call, body, context, client, token), context.RequestAborted);
                if (!context.Response.HasStarted)
                {
                    await RelayedCall.AnswerAsync(context, message, outcome);
                }

                return;
            }

            await Task.WhenAny(endpoint.Watch.ProbedOnce, Task.Delay(endpoint.Settings.ProbeTimeout, context.RequestAborted));
            using var response = await client.SendAsync(endpoint, context.Request, body, context.RequestAborted);
            var listsTools = message["method"]?.ToString() == RequestMethods.ToolsList;
            await CopyAsync(response, context, listsTools ? answer => WithoutForbiddenTools(answer, endpoint) : null);
        }
        catch (Exception problem) when (problem is HttpRequestException or EndpointUnavailableException && !context.Response.HasStarted)
        {
            await Unavailable(endpoint, problem, context.Response).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up, as it may.
        }
    }

    /// <param name="look">Sees every message, and may change it; null when none is of interest.</param>
    public static async Task CopyAsync(HttpResponseMessage from, HttpContext context, Func<JsonObject, JsonObject?>? look)
    {
        var response = context.Response;
        response.StatusCode = (int)from.StatusCode;
        var type = from.Content.Headers.ContentType;
        response.ContentType = type?.ToString();
        foreach (var name in Returned)
        {
            if (from.Headers.TryGetValues(name, out var values))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        if (from.StatusCode is HttpStatusCode.NoContent || (from.Content.Headers.ContentLength == 0))
        {
            return;
        }

        var stream = await from.Content.ReadAsStreamAsync(context.RequestAborted);
        if (look is null)
        {
            await RelayedStream.PassAsync(stream, response, context.RequestAborted);
            return;
        }

        await new RelayedStream(look).CopyAsync(stream, type?.MediaType, response, context.RequestAborted);
    }

    static JsonObject? WithoutForbiddenTools(JsonObject message, McpEndpoint endpoint)
    {
        if (message["result"]?["tools"] is not JsonArray tools)
        {
            return null;
        }

        // One that is new since the last probe is not pinned yet: it can not be called, so it is not listed; looking again takes a moment.
        var hidden = tools.Where(tool => tool?["name"]?.ToString() is not { } name || endpoint.Find(name)?.Standing != ToolStanding.Offered).ToList();
        if (hidden.Exists(tool => tool?["name"]?.ToString() is { } name && endpoint.Find(name) is null))
        {
            endpoint.Watch.Wake();
        }

        hidden.ForEach(tool => tools.Remove(tool));
        return hidden.Count > 0 ? message : null;
    }

    static McpEndpoint? Target(string name, EndpointSet endpoints, out IResult? refused)
    {
        refused = endpoints.Find(name) switch
        {
            null => EndpointRoutes.Missing(name, endpoints),
            { Settings.Enabled: false } => TypedResults.Problem($"The endpoint '{name}' is switched off.", statusCode: 409, extensions: new Dictionary<string, object?> { ["code"] = "disabled" }),
            { Settings.Target: not EndpointTarget.Http } => TypedResults.Problem(
                $"'{name}' is a process of the gateway, shared by all its users, and has no sessions of its own. Its tools are at /mcp.", statusCode: 501, extensions: new Dictionary<string, object?> { ["code"] = "not_relayed" }),
            _ => null,
        };
        return refused is null ? endpoints.Find(name) : null;
    }

    static IResult Unavailable(McpEndpoint endpoint, Exception problem, HttpResponse response)
    {
        var diagnosis = endpoint.Connection.Diagnose(problem);
        return Refusals.Problem(new InvocationOutcome.Refused(RefusalCode.Unavailable, $"The endpoint '{endpoint.Settings.Name}' is not to be had: {diagnosis.Cause}", diagnosis.Cure), response);
    }
}
