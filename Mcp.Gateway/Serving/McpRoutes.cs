using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>Streamable HTTP by hand: the package that maps it is not to be had. Clients of a revision with sessions get one; since 2026-07-28 each request stands alone.</summary>
static class McpRoutes
{
    const string SessionHeader = "Mcp-Session-Id";
    const string FirstWithoutSessions = RoutingHeaders.FirstRequiring;
    const int MostBytes = 8 * 1024 * 1024;

    public static void MapMcp(this IEndpointRouteBuilder app)
    {
        app.MapPost("/mcp", PostAsync).WithSummary("MCP over Streamable HTTP");
        app.MapGet("/mcp", GetAsync).WithSummary("The listening stream of an MCP session; for others, the endpoint cards");
        app.MapDelete("/mcp", DeleteAsync).WithSummary("End an MCP session");
    }

    static async Task PostAsync(HttpContext context, McpSessions sessions, FederatedServer server, ILoggerFactory loggers)
    {
        var accepts = context.Request.GetTypedHeaders().Accept;
        if (!Accepts(accepts, "application/json") || !Accepts(accepts, "text/event-stream"))
        {
            await RefuseAsync(context, 406, McpErrorCode.InvalidRequest, "The client must accept both application/json and text/event-stream.");
            return;
        }

        if (await ReadAsync(context) is not var (body, message))
        {
            return;
        }

        var version = context.Request.Headers[RoutingHeaders.Version].ToString();
        if (RoutingHeaders.Mistake(context.Request.Headers, body) is { } mistake)
        {
            await RefuseAsync(context, 400, McpErrorCode.HeaderMismatch, mistake, body["id"]);
            return;
        }

        var caller = Caller.Of(context.Request);
        message.Context = new() { ProtocolVersion = version.Length > 0 ? version : null, User = Caller.Principal(caller) };
        var id = context.Request.Headers[SessionHeader].ToString();
        if (id.Length > 0)
        {
            if (sessions.Find(id, caller) is { } known)
            {
                await AnswerAsync(context, known, message);
            }
            else
            {
                await RefuseAsync(context, 404, (McpErrorCode)(-32001), "There is no such session; initialise a new one.", body["id"]);
            }
        }
        else if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            var session = await sessions.OpenAsync(caller);
            context.Response.Headers[SessionHeader] = session.Id;
            await AnswerAsync(context, session, message);
        }
        else if (string.CompareOrdinal(version, FirstWithoutSessions) >= 0)
        {
            await AnswerAloneAsync(context, server, loggers, message);
        }
        else
        {
            await RefuseAsync(context, 400, McpErrorCode.InvalidRequest, $"Send {SessionHeader} from the answer to 'initialize', or speak {FirstWithoutSessions} ({RoutingHeaders.Version}).", body["id"]);
        }
    }

    static async Task GetAsync(HttpContext context, McpSessions sessions, EndpointSet endpoints)
    {
        var id = context.Request.Headers[SessionHeader].ToString();
        if (id.Length == 0 && !Accepts(context.Request.GetTypedHeaders().Accept, "text/event-stream", orAnything: false))
        {
            await EndpointRoutes.Cards(endpoints).ExecuteAsync(context);
            return;
        }

        if (id.Length == 0)
        {
            context.Response.Headers.Allow = "POST";
            await RefuseAsync(context, 405, McpErrorCode.InvalidRequest, "There is nothing to listen to without a session.");
        }
        else if (sessions.Find(id, Caller.Of(context.Request)) is not { } session)
        {
            await RefuseAsync(context, 404, (McpErrorCode)(-32001), "There is no such session; initialise a new one.");
        }
        else if (!session.TryListen())
        {
            await RefuseAsync(context, 409, McpErrorCode.InvalidRequest, "This session has a listening stream already.");
        }
        else
        {
            using var use = session.Use();
            try
            {
                BeginStream(context);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await session.Transport.HandleGetRequestAsync(context.Response.Body, context.RequestAborted);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The client hung up, as it may.
            }
            finally
            {
                session.StopListening();
            }
        }
    }

    static async Task<IResult> DeleteAsync(HttpRequest request, McpSessions sessions)
    {
        if (sessions.Find(request.Headers[SessionHeader].ToString(), Caller.Of(request)) is { } session)
        {
            await sessions.EndAsync(session.Id);
        }

        return TypedResults.NoContent();
    }

    static async Task AnswerAsync(HttpContext context, McpSession session, JsonRpcMessage message)
    {
        using var use = session.Use();
        await AnswerAsync(context, session.Transport, message);
    }

    static async Task AnswerAloneAsync(HttpContext context, FederatedServer federated, ILoggerFactory loggers, JsonRpcMessage message)
    {
        await using var transport = new StreamableHttpServerTransport(loggers) { Stateless = true };
        await using var server = McpServer.Create(transport, federated.Options(), loggers, context.RequestServices);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var running = server.RunAsync(ending.Token);
        await AnswerAsync(context, transport, message);
        await ending.CancelAsync();
        await Task.WhenAny(running);
    }

    static async Task AnswerAsync(HttpContext context, StreamableHttpServerTransport transport, JsonRpcMessage message)
    {
        BeginStream(context);
        try
        {
            if (!await transport.HandlePostRequestAsync(message, context.Response.Body, first => Status(context, message, first), context.RequestAborted))
            {
                context.Response.Headers.ContentType = default;
                context.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up; the call it made was cancelled with it.
        }
    }

    /// <summary>Since 2026-07-28 errors about the request as such have an HTTP status of their own.</summary>
    static ValueTask Status(HttpContext context, JsonRpcMessage message, JsonRpcMessage? first)
    {
        if (first is JsonRpcError { Error.Code: var code } && !context.Response.HasStarted && string.CompareOrdinal(message.Context?.ProtocolVersion, FirstWithoutSessions) >= 0)
        {
            context.Response.StatusCode = (McpErrorCode)code switch
            {
                McpErrorCode.MethodNotFound => 404,
                McpErrorCode.InvalidParams when (message as JsonRpcRequest)?.Params?["_meta"]?[MetaKeys.ProtocolVersion] is null || (message as JsonRpcRequest)?.Params?["_meta"]?[MetaKeys.ClientCapabilities] is null => 400,
                McpErrorCode.HeaderMismatch or McpErrorCode.MissingRequiredClientCapability or McpErrorCode.UnsupportedProtocolVersion => 400,
                _ => 200,
            };
        }

        return ValueTask.CompletedTask;
    }

    static async Task<(JsonObject Body, JsonRpcMessage Message)?> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        try
        {
            if (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) is JsonObject body && body.Deserialize<JsonRpcMessage>(McpJsonUtilities.DefaultOptions) is { } message)
            {
                return (body, message);
            }

            await RefuseAsync(context, 400, McpErrorCode.ParseError, "The body is not one JSON-RPC message.");
        }
        catch (JsonException)
        {
            await RefuseAsync(context, 400, McpErrorCode.ParseError, "The body is not one JSON-RPC message.");
        }

        return null;
    }

    static void BeginStream(HttpContext context)
    {
        context.Response.Headers.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    static bool Accepts(IList<Microsoft.Net.Http.Headers.MediaTypeHeaderValue> accept, string type, bool orAnything = true) =>
        accept.Any(value => value.MediaType == type || (orAnything && (value.MatchesAllTypes || (value.MatchesAllSubTypes && type.StartsWith(value.Type.Value + "/", StringComparison.Ordinal)))));

    public static Task RefuseAsync(HttpContext context, int status, McpErrorCode code, string text, JsonNode? id = null)
    {
        var error = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id?.DeepClone(), ["error"] = new JsonObject { ["code"] = (int)code, ["message"] = text } };
        return TypedResults.Json(error, statusCode: status).ExecuteAsync(context);
    }
}
