using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Guardrails;
using Agent.Journal.Stops;
using Agent.Mcp.Gateway.Serving;
using Agent.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;

namespace Agent.Mcp.Gateway.Tests.Servers;

/// <summary>A gateway of its own for a test, on a free loopback port, with its own file and state directory.</summary>
sealed class RunningGateway : IAsyncDisposable
{
    const string Key = "test-key";
    readonly WebApplication _app;
    readonly bool _ownsState;

    RunningGateway(WebApplication app, string state, bool ownsState)
    {
        (_app, State, _ownsState) = (app, state, ownsState);
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Url, DefaultRequestHeaders = { { "X-Agent-Key", Key } }, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Url { get; }

    public string State { get; }

    public string FilePath => Path.Combine(State, "mcp_endpoints.json");

    public HttpClient Http { get; }

    public EndpointSet Endpoints => _app.Services.GetRequiredService<EndpointSet>();

    public T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="endpoints">Entries of the endpoints file.</param>
    public static async Task<RunningGateway> StartAsync(params JsonObject[] endpoints) => await StartAsync(null, open: false, endpoints);

    /// <summary>One that lets everybody in, for clients that can send no key.</summary>
    public static Task<RunningGateway> StartOpenAsync(params JsonObject[] endpoints) => StartAsync(null, open: true, endpoints);

    public static Task<RunningGateway> StartAsync(string? state, params JsonObject[] endpoints) => StartAsync(state, open: false, endpoints);

    static async Task<RunningGateway> StartAsync(string? state, bool open, JsonObject[] endpoints)
    {
        var directory = state ?? Directory.CreateTempSubdirectory("gateway-").FullName;
        var path = Path.Combine(directory, "mcp_endpoints.json");
        await File.WriteAllTextAsync(path, FileOf(endpoints));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["AGENT_INTERNAL_KEY"] = Key;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Configuration["AGENT_MCP_ENDPOINTS"] = path;
        builder.Configuration["AGENT_STATE_DIR"] = directory;
        builder.Services.AddSingleton(Policies());
        builder.Services.AddSingleton<StopSign>();
        builder.AddGateway();
        var app = builder.Build();
        app.Services.GetRequiredService<StopSign>().Show(KillSwitchState.NeverEngaged);
        app.Urls.Add("http://127.0.0.1:0");
        if (open)
        {
            app.Use((context, next) =>
            {
                context.Request.Headers["X-Agent-Key"] = Key;
                return next(context);
            });
        }

        app.MapGateway();
        await app.StartAsync();
        return new RunningGateway(app, directory, ownsState: state is null);
    }

    public static string FileOf(params JsonObject[] endpoints) => new JsonObject { ["endpoints"] = new JsonArray([.. endpoints.Select(endpoint => endpoint.DeepClone())]) }.ToJsonString();

    public async Task<(HttpResponseMessage Response, JsonObject Body)> InvokeAsync(string endpoint, string tool, object? arguments = null)
    {
        var response = await Http.PostAsJsonAsync("/mcp/invoke", new { endpoint, tool, arguments = arguments ?? new { } });
        return (response, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
    }

    public async Task<JsonNode> GetAsync(string path) => (await Http.GetFromJsonAsync<JsonNode>(path))!;

    /// <summary>The federated list, once every endpoint was looked at.</summary>
    public async Task<IReadOnlyList<string>> ToolNamesAsync()
    {
        await Task.WhenAll(Endpoints.All.Select(endpoint => endpoint.Watch.ProbedOnce)).WaitAsync(TimeSpan.FromSeconds(60));
        return [.. (await GetAsync("/mcp/tools")).AsArray().Select(tool => (string)tool!["name"]!)];
    }

    /// <summary>Waits until the endpoint is so, or fails after a while naming how it is.</summary>
    public async Task<McpEndpoint> UntilAsync(string endpoint, Func<McpEndpoint, bool> state, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (Endpoints.Find(endpoint) is { } found && state(found))
            {
                return found;
            }

            patience.IsCancellationRequested.ShouldBeFalse($"{endpoint} was never {what}; it is {Endpoints.Find(endpoint)?.Health}: {Endpoints.Find(endpoint)?.Tally.LastError}");
            await Task.WhenAny(Task.Delay(20, patience.Token));
        }
    }

    /// <summary>The bundle tests run under: everything goes but what is called <c>forbidden</c>.</summary>
    static CurrentBundle Policies()
    {
        var result = PolicyBundle.Load(
            new Dictionary<string, string>
            {
                ["tools.yaml"] = """
                    version: 1
                    rules:
                      - id: all
                        answer: ask
                        reason: Tests ask.
                        tools: ["*__*"]
                      - id: not-this
                        answer: deny
                        reason: Tests forbid it.
                        tools: ["*__forbidden"]
                    """,
            },
            GuardrailSettings.None);
        result.Mistakes.ShouldBeEmpty();
        var current = new CurrentBundle();
        current.Switch(result.Bundle!);
        return current;
    }

    /// <summary>Waits until a client's listening stream is open.</summary>
    public async Task UntilListeningAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Service<McpSessions>().Listening == 0)
        {
            patience.IsCancellationRequested.ShouldBeFalse("no client listens");
            await Task.WhenAny(Task.Delay(20, patience.Token));
        }
    }

    /// <summary>An MCP client of the gateway itself, or of one endpoint behind it.</summary>
    public Task<McpClient> ConnectAsync(string? version = null, string path = "/mcp") => ConnectToAsync(new Uri(Url, path), version);

    public Task<McpClient> ConnectToAsync(Uri url, string? version) => McpClient.CreateAsync(
        new HttpClientTransport(new() { Endpoint = url, TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string> { ["X-Agent-Key"] = Key } }),
        new() { ProtocolVersion = version });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsState)
        {
            Directory.Delete(State, recursive: true);
        }
    }
}
