using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.TestKit.Mcp;

/// <summary>A small MCP server over Streamable HTTP that misbehaves on demand.</summary>
public sealed class FakeMcpServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentDictionary<string, bool> _sessions = new();
    readonly Channel<bool> _announcements = Channel.CreateUnbounded<bool>();

    FakeMcpServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/mcp";

    /// <summary>Names and descriptions of the tools on offer.</summary>
    public Dictionary<string, string> Tools { get; } = new() { ["work"] = "Works." };

    /// <summary>Parameters of each <c>tools/call</c> that came in.</summary>
    public ConcurrentQueue<JsonObject> Calls { get; } = new();

    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>What a call does; by default it answers at once.</summary>
    public Func<JsonObject, CancellationToken, Task<string>> Work { get; set; } = (_, _) => Task.FromResult("done");

    /// <summary>Answers a call before anything else does; null lets it pass.</summary>
    public Func<HttpContext, IResult?> BeforeCall { get; set; } = _ => null;

    /// <summary>Status given to a session that is not known.</summary>
    public int LostSessionStatus { get; set; } = 404;

    public int Sessions { get; private set; }

    public static async Task<FakeMcpServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new FakeMcpServer(app);
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapPost("/mcp", (Delegate)server.AnswerAsync);
        app.MapGet("/mcp", (HttpContext context) => server.AnnounceAsync(context));
        app.MapDelete("/mcp", () => Results.NoContent());
        await app.StartAsync();
        return server;
    }

    public JsonObject Entry(string name = "fake") => new() { ["name"] = name, ["url"] = Url };

    /// <summary>Tells whoever listens that the tools changed.</summary>
    public void AnnounceTools() => _announcements.Writer.TryWrite(true);

    public void LoseSessions() => _sessions.Clear();

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    async Task AnnounceAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var _ in _announcements.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    async Task<IResult> AnswerAsync(HttpContext context)
    {
        var message = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var method = (string)message["method"]!;
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        if (method == "server/discover")
        {
            return Error(message, -32601, "There is no such method.");
        }

        if (method == "initialize")
        {
            Sessions++;
            var id = "session-" + Sessions;
            _sessions[id] = true;
            context.Response.Headers["Mcp-Session-Id"] = id;
            return Result(message, new() { ["protocolVersion"] = "2025-06-18", ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() }, ["serverInfo"] = new JsonObject { ["name"] = "fake", ["version"] = "1" } });
        }

        if (!_sessions.ContainsKey(context.Request.Headers["Mcp-Session-Id"].ToString()))
        {
            return Results.StatusCode(LostSessionStatus);
        }

        switch (method)
        {
            case "tools/list":
                return Result(message, new() { ["tools"] = new JsonArray([.. Tools.Select(tool => (JsonNode)new JsonObject { ["name"] = tool.Key, ["description"] = tool.Value, ["inputSchema"] = new JsonObject { ["type"] = "object" } })]) });
            case "tools/call":
                if (BeforeCall(context) is { } instead)
                {
                    return instead;
                }

                var parameters = message["params"]!.DeepClone().AsObject();
                Calls.Enqueue(parameters);
                return Result(message, new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = await Work(parameters, context.RequestAborted) }) });
            default:
                return message["id"] is null ? Results.Accepted() : Result(message, []);
        }
    }

    static IResult Result(JsonObject request, JsonObject result) => Results.Json(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]?.DeepClone(), ["result"] = result });

    static IResult Error(JsonObject request, int code, string message) =>
        Results.Json(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]?.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
