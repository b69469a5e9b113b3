using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.TestKit.Models;

/// <summary>An OpenAI-compatible model server that plays a script and misbehaves when told: <c>/v1/models</c>, Chat Completions and Responses, both with streaming.</summary>
public sealed class FakeModelServer : IAsyncDisposable
{
    public const string Model = "scripted-1";

    readonly WebApplication _app;
    readonly ConcurrentQueue<Fault> _faults = new();
    readonly ConcurrentQueue<ScriptedReply> _script = new();
    readonly ConcurrentQueue<ModelRequest> _requests = new();
    int _asked;
    int _inFlight;
    int _mostAtOnce;

    FakeModelServer(WebApplication app) => _app = app;

    public Uri BaseUrl { get; private set; } = new("http://127.0.0.1");

    public int Port => BaseUrl.Port;

    public ModelServerKind Kind { get; set; }

    /// <summary>Key the server wants; null: any.</summary>
    public string? Key { get; set; }

    /// <summary>Answers what the script does not; default: repeats the last thing said.</summary>
    public Func<ModelRequest, ScriptedReply> Otherwise { get; set; } = static request => new ScriptedReply("You said: " + LastText(request));

    /// <summary>So many of a hundred requests, evenly spread, fail with 502.</summary>
    public int FaultPercent { get; set; }

    /// <summary>Requests at once beyond this many are refused with 429; 0: no limit.</summary>
    public int ParallelLimit { get; set; }

    /// <summary>Requests that were answered or failed, without probes.</summary>
    public IReadOnlyList<ModelRequest> Requests => [.. _requests.Where(request => !request.IsProbe)];

    public int Probes => _requests.Count(request => request.IsProbe);

    /// <summary>The most requests that were ever in work at once.</summary>
    public int MostAtOnce => _mostAtOnce;

    /// <param name="port">0: a free one.</param>
    public static async Task<FakeModelServer> StartAsync(ModelServerKind kind = ModelServerKind.Full, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var server = new FakeModelServer(app) { Kind = kind };
        var models = () => Results.Json(new { @object = "list", data = new[] { new { id = Model, @object = "model", created = 1_700_000_000, owned_by = "tests" } } });
        foreach (var place in new[] { "/v1", "/openai/deployments/" + Model })
        {
            app.MapGet(place + "/models", models);
            app.MapPost(place + "/chat/completions", context => server.AnswerAsync(context, "chat"));
            app.MapPost(place + "/responses", context => server.AnswerAsync(context, "responses"));
        }

        app.MapFallback(server.UnknownRouteAsync);
        await app.StartAsync();
        server.BaseUrl = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + Imitation.Base(kind));
        return server;
    }

    /// <summary>The next requests are answered so, one after the other.</summary>
    public void Say(params ReadOnlySpan<ScriptedReply> replies)
    {
        foreach (var reply in replies)
        {
            _script.Enqueue(reply);
        }
    }

    /// <summary>The next requests fail so, before the script goes on.</summary>
    public void Fail(params ReadOnlySpan<Fault> faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    static string LastText(ModelRequest request)
    {
        var list = request.Body.TryGetProperty(request.Api == "chat" ? "messages" : "input", out var messages) ? messages : default;
        if (list.ValueKind == JsonValueKind.String)
        {
            return list.GetString()!;
        }

        var last = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[list.GetArrayLength() - 1] : default;
        return last.ValueKind == JsonValueKind.Object && last.TryGetProperty("content", out var content) ? content.ToString() : "";
    }

    async Task AnswerAsync(HttpContext context, string api)
    {
        var running = Interlocked.Increment(ref _inFlight);
        InterlockedMax(ref _mostAtOnce, running);
        using var work = new Work(this);
        var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        var request = new ModelRequest(api, body, KeyOf(context.Request));
        if (!Imitation.Knows(Kind, api) || (Kind == ModelServerKind.Azure && !context.Request.Query.ContainsKey("api-version")))
        {
            await UnknownRouteAsync(context);
            return;
        }

        _requests.Enqueue(request);
        if (Key is not null && request.Key != Key)
        {
            await WriteAsync(context, 401, """{"error":{"message":"Incorrect API key provided.","code":"invalid_api_key"}}""");
        }
        else if (request.IsProbe)
        {
            await WriteAsync(context, 400, """{"error":{"message":"you must provide a model parameter"}}""");
        }
        else if (ParallelLimit > 0 && running > ParallelLimit)
        {
            await Faults.PlayAsync(context, request, new Fault.Status(429, """{"error":{"message":"too many requests at once"}}""", "1"));
        }
        else if (_faults.TryDequeue(out var fault))
        {
            await Faults.PlayAsync(context, request, fault);
        }
        else if (IsFaulty())
        {
            await WriteAsync(context, 502, """{"error":{"message":"bad gateway"}}""");
        }
        else if (Imitation.Refusal(Kind, request) is { } refusal)
        {
            await WriteAsync(context, 400, refusal);
        }
        else
        {
            await SayAsync(context, request, _script.TryDequeue(out var reply) ? reply : Otherwise(request), work);
        }
    }

    string? KeyOf(HttpRequest request) =>
        Kind == ModelServerKind.Azure ? request.Headers["api-key"]
        : request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var key] ? key : null;

    bool IsFaulty()
    {
        var number = Interlocked.Increment(ref _asked);
        return number * FaultPercent / 100 != (number - 1) * FaultPercent / 100;
    }

    async Task SayAsync(HttpContext context, ModelRequest request, ScriptedReply reply, Work work)
    {
        if (reply.After is { } signal)
        {
            await signal.WaitAsync(context.RequestAborted);
        }

        if (!request.Streams)
        {
            await WriteAsync(context, 200, (request.Api == "chat" ? ChatWire.Whole(reply) : ResponsesWire.Whole(reply)).ToJsonString());
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var lines = request.Stream(reply).ToList();
        if (Kind == ModelServerKind.Azure)
        {
            lines.Insert(0, """data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}""");
        }

        for (var number = 0; number < lines.Count; number++)
        {
            if (number == lines.Count - 1)
            {
                // Who has read the last line may ask again at once.
                work.Dispose();
            }

            await context.Response.WriteAsync(lines[number] + "\n\n");
            await context.Response.Body.FlushAsync();
        }
    }

    Task UnknownRouteAsync(HttpContext context) => Kind == ModelServerKind.LmStudio
        ? WriteAsync(context, 200, $$"""{"error":"Unexpected endpoint or method. ({{context.Request.Method}} {{context.Request.Path}})"}""")
        : Task.FromResult(context.Response.StatusCode = 404);

    internal static Task WriteAsync(HttpContext context, int status, string? json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return json is null ? Task.CompletedTask : context.Response.WriteAsync(json);
    }

    static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    /// <summary>A request in work.</summary>
    sealed class Work(FakeModelServer server) : IDisposable
    {
        int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                Interlocked.Decrement(ref server._inFlight);
            }
        }
    }
}
