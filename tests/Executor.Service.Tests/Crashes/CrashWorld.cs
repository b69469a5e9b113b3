using System.Security.Cryptography;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Agent.Journal;
using Agent.Resp;
using Agent.ServiceDefaults;
using Agent.TestKit;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.Executor.Service.Tests.Crashes;

/// <summary>A store, a signed bundle to fetch and a bus: all that a real executor process needs, and a planner's part played by the test.</summary>
sealed class CrashWorld : IAsyncDisposable
{
    const string Policy = """
        version: 1
        rules:
          - id: all-tools
            answer: allow
            reason: A test.
            tools: ["*"]
          - id: effect
            answer: allow
            reason: A test's effect.
            commands: [./effect.sh]
        """;

    const string Paths = """
        version: 1
        rules:
          - id: workspace
            answer: allow
            reason: A test's files.
            paths: ["**"]
        """;

    readonly RedisServer _server;
    readonly WebApplication _app;
    readonly RespConnection _connection;
    readonly RespSubscriber _subscriber;

    CrashWorld(RedisServer server, WebApplication app, string state)
    {
        (_server, _app) = (server, app);
        var options = RespOptions.Parse(server.ConnectionString);
        (_connection, _subscriber) = (new RespConnection(options), new RespSubscriber(options));
        Journal = new RunJournal(_connection, _subscriber, TimeProvider.System);
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__redis"] = server.ConnectionString,
            ["services__policy-service__http__0"] = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
            ["AGENT_INTERNAL_KEY"] = "test",
            ["AGENT_STATE_DIR"] = state,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Executor__Steps__Lease"] = "00:00:03",
        };
    }

    public ToolBench Bench { get; } = new();

    public RunJournal Journal { get; }

    public Guid RunId { get; } = Guid.CreateVersion7();

    public Dictionary<string, string> Environment { get; }

    public static async Task<CrashWorld> StartAsync()
    {
        var server = await SharedServers.StartAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        var state = Directory.CreateTempSubdirectory("agent-crash-").FullName;
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["tools.yaml"] = Policy, ["paths.yaml"] = Paths };
        var loaded = PolicyBundle.Load(files, GuardrailSettings.None);
        loaded.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = SignedBundle.Sign(loaded.Bundle!.Digest, 1, files, "test", TimeProvider.System.GetUtcNow(), key);
        var publicKey = PolicyPlaces.PublicKey(state);
        Directory.CreateDirectory(Path.GetDirectoryName(publicKey)!);
        await File.WriteAllTextAsync(publicKey, key.ExportSubjectPublicKeyInfoPem());

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(RespOptions.Parse(server.ConnectionString));
        builder.AddBus(_ => { });
        var app = builder.Build();
        app.MapGet("/bundles/current", (HttpContext context) =>
            context.Request.Headers.IfNoneMatch == $"\"{signed.Digest}\"" ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Json(signed, ContractJson.Options));
        await app.StartAsync();
        return new CrashWorld(server, app, state);
    }

    /// <summary>A run whose one step has this instruction for the offline model.</summary>
    public async Task DispatchAsync(string instruction)
    {
        var step = new PlanStep("work", "Work", instruction, [], [], EffectClass.Irreversible, []);
        await AppendAsync(new RunSubmitted("Work", Bench.Root, "tester"), new PlanAccepted(1, new Plan("One step.", [step])), new StepDispatched("work", 1));
    }

    public async Task AppendAsync(params IRunEvent[] events)
    {
        while (await Journal.AppendAsync(RunId, await Journal.HeadAsync(RunId), events, "test") is not AppendResult.Appended)
        {
        }
    }

    /// <summary>Sends the command as a planner's sweep does, again and again, until an event of that type stands in the journal.</summary>
    public Task<T> SweepUntilAsync<T>(ExecutorProcess executor)
        where T : IRunEvent => SweepUntilAsync<T>(executor, "execute-step", new ExecuteStep(RunId, "work", 1));

    /// <summary>The same for the run's working copy.</summary>
    public Task<T> TendUntilAsync<T>(ExecutorProcess executor)
        where T : IRunEvent => SweepUntilAsync<T>(executor, "tend-working-copy", new TendWorkingCopy(RunId));

    async Task<T> SweepUntilAsync<T>(ExecutorProcess executor, string queue, object command)
        where T : IRunEvent
    {
        var endpoint = await _app.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:" + queue));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (!patience.IsCancellationRequested)
        {
            await endpoint.Send(command, command.GetType(), patience.Token);
            await Task.WhenAny(FollowsAsync<T>(patience.Token), Task.Delay(TimeSpan.FromSeconds(1), patience.Token));
            if ((await EventsAsync()).OfType<T>().LastOrDefault() is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"No {typeof(T).Name} came. The executor said:\n{executor.Log}");
    }

    public async Task SendTendAsync()
    {
        var endpoint = await _app.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:tend-working-copy"));
        await endpoint.Send(new TendWorkingCopy(RunId));
    }

    public async Task SendAsync()
    {
        var endpoint = await _app.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:execute-step"));
        await endpoint.Send(new ExecuteStep(RunId, "work", 1));
    }

    public async Task<List<IRunEvent>> EventsAsync()
    {
        var events = new List<IRunEvent>();
        await foreach (var entry in Journal.ReadAsync(RunId))
        {
            events.Add(entry.Event);
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Journal.DisposeAsync();
        await _subscriber.DisposeAsync();
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
        Bench.Dispose();
        Directory.Delete(Environment["AGENT_STATE_DIR"], recursive: true);
    }

    async Task FollowsAsync<T>(CancellationToken cancellationToken)
    {
        await foreach (var entry in Journal.FollowAsync(RunId, 1, cancellationToken))
        {
            if (entry.Event is T)
            {
                return;
            }
        }
    }
}
