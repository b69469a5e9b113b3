using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>The gateway as an MCP server: the tools of all usable endpoints under their federated names.</summary>
sealed class FederatedServer(EndpointSet endpoints, GatewayCalls calls, TimeProvider time)
{
    /// <summary>Clients ask once, at their start.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public McpServerOptions Options() => new()
    {
        ServerInfo = new() { Name = "agent-gateway", Title = "Agent suite MCP gateway", Version = typeof(FederatedServer).Assembly.GetName().Version?.ToString(3) ?? "0" },
        ServerInstructions = "Tools of several MCP servers, named <endpoint>__<tool>. A tool that is missing belongs to an endpoint that is down.",
        Capabilities = new() { Tools = new() { ListChanged = true } },
        Handlers = new()
        {
            ListToolsHandler = async (_, cancellationToken) =>
            {
                await endpoints.SettledAsync(Patience, time, cancellationToken);
                return List();
            },
            CallToolHandler = CallAsync,
        },
    };

    ListToolsResult List() => new() { Tools = [.. endpoints.Offered().Select(Federated)] };

    static Tool Federated(EndpointTool tool)
    {
        var known = tool.Definition.Protocol;
        return new()
        {
            Name = tool.Name,
            Title = known.Title,
            Description = known.Description,
            InputSchema = known.InputSchema,
            OutputSchema = known.OutputSchema,
            Annotations = known.Annotations,
            Meta = new JsonObject { ["agent/effect"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(tool.Effect.ToString()), ["agent/definition-hash"] = tool.Definition.Hash },
        };
    }

    async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> context, CancellationToken cancellationToken)
    {
        var request = context.Params ?? throw new McpProtocolException("The request has no parameters.", McpErrorCode.InvalidParams);
        if (endpoints.Resolve(request.Name) is not var (endpoint, _))
        {
            throw new McpProtocolException($"There is no tool '{request.Name}'.", McpErrorCode.InvalidParams);
        }

        var arguments = new JsonObject((request.Arguments ?? new Dictionary<string, JsonElement>()).Select(argument => KeyValuePair.Create(argument.Key, JsonSerializer.SerializeToNode(argument.Value))));
        var outcome = await calls.InvokeAsync(endpoint, new(request.Name, arguments, Own(request.Meta)) { OnProgress = Progress(context, request) }, new(context.User?.Identity?.Name), cancellationToken);
        return outcome switch
        {
            InvocationOutcome.Answered answered => answered.Result.Deserialize<CallToolResult>(McpJsonUtilities.DefaultOptions)!,
            InvocationOutcome.Rejected rejected => throw new McpProtocolException(rejected.Message, (McpErrorCode)rejected.Code),
            InvocationOutcome.Refused { Code: RefusalCode.UnknownTool } refused => throw new McpProtocolException(refused.Reason, McpErrorCode.InvalidParams),
            InvocationOutcome.Refused refused => Failed($"{refused.Reason} {refused.Cure}"),
            InvocationOutcome.Unknown unknown => Failed($"{unknown.Reason} The tool may have acted. {unknown.Cure}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Passes an endpoint's progress on under the client's own token; null when the client did not ask for it.</summary>
    static Func<JsonObject, CancellationToken, Task>? Progress(RequestContext<CallToolRequestParams> context, CallToolRequestParams request) =>
        request.Meta?["progressToken"] is not { } token ? null : (progress, cancellationToken) =>
        {
            progress["progressToken"] = token.DeepClone();
            return context.Server.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.ProgressNotification, Params = progress }, cancellationToken);
        };

    /// <summary>What the protocol itself put into <c>_meta</c> was meant for this hop only.</summary>
    static JsonObject Own(JsonObject? meta) =>
        new((meta ?? []).Where(entry => entry.Key != "progressToken" && !entry.Key.StartsWith("io.modelcontextprotocol/", StringComparison.Ordinal)).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));

    static CallToolResult Failed(string text) => new() { IsError = true, Content = [new TextContentBlock { Text = text }] };
}
