using Agent.Contracts;
using Agent.Executor.Service.Replaying;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tools;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Operators;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Journal.Stops;
using Agent.Resp;
using Agent.ServiceDefaults;
using Agent.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>A run on a real journal with one dispatched step, and executors to work on it.</summary>
sealed class StepWorld : IAsyncDisposable
{
    public const string StepId = "work";

    const string Policy = """
        version: 1
        rules:
          - id: counting
            answer: allow
            reason: It only counts.
            tools: [count, count_once, count_elsewhere, read_file, list_files]
          - id: careful
            answer: ask
            reason: A person looks first.
            tools: [count_asked, count_looked]
          - id: never
            answer: deny
            reason: Not this one.
            tools: [count_denied]
        """;

    readonly List<IAsyncDisposable> _parts = [];
    readonly RedisServer _server;

    StepWorld(RedisServer server)
    {
        _server = server;
        Bundle.Switch(Load(Policy));
        Stop.Show(KillSwitchState.NeverEngaged);
        (Connection, Journal) = Connect();
    }

    public ToolBench Bench { get; } = new();

    public Guid RunId { get; } = Guid.CreateVersion7();

    public RespConnection Connection { get; }

    public RunJournal Journal { get; }

    public CurrentBundle Bundle { get; } = new();

    public StopSign Stop { get; } = new();

    public IReadOnlyList<ITool> MoreTools { get; set; } = [];

    public ExecutorTelemetry Telemetry { get; } = new();

    public CountingTool Pure { get; } = new("count", EffectClass.Pure);

    public CountingTool Once { get; } = new("count_once", EffectClass.Irreversible);

    public CountingTool Asked { get; } = new("count_asked", EffectClass.Irreversible);

    public CountingTool Denied { get; } = new("count_denied", EffectClass.Irreversible);

    public StepOptions Options { get; } = new()
    {
        Lease = TimeSpan.FromSeconds(20),
        WatchInterval = TimeSpan.FromMilliseconds(50),
        BundleWait = TimeSpan.Zero,
        MaxModelPause = TimeSpan.FromMilliseconds(20),
        StopGrace = TimeSpan.FromMilliseconds(100),
    };

    public static async Task<StepWorld> StartAsync()
    {
        var server = await SharedServers.FindAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        return await StartAsync(server);
    }

    public static async Task<StepWorld> StartAsync(RedisServer server)
    {
        var world = new StepWorld(server);
        var step = new PlanStep(StepId, "Work", "Do the work.", [], [], EffectClass.Irreversible, []);
        await world.AppendAsync(
            new RunSubmitted("Have the work done", world.Bench.Root, "tester"),
            new PlanAccepted(1, new Plan("One step.", [step])),
            new StepDispatched(StepId, 1));
        return world;
    }

    public static PolicyBundle Load(string tools)
    {
        var result = PolicyBundle.Load(new Dictionary<string, string>(StringComparer.Ordinal) { ["tools.yaml"] = tools, ["paths.yaml"] = Paths }, GuardrailSettings.None);
        result.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        return result.Bundle!;
    }

    const string Paths = """
        version: 1
        rules:
          - id: read-workspace
            answer: allow
            reason: Of the workspace.
            paths: ["**"]
            access: read
        """;

    /// <summary>An executor process: its own name and connection, one model.</summary>
    public StepRunner Executor(IChatClient model) => Executor(model, out _);

    public StepRunner Executor(IChatClient model, out Parts parts)
    {
        var (connection, journal) = Connect();
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var gateway = new GatewayTools(null!, new ConfigurationBuilder().Build(), TimeProvider.System, NullLogger<GatewayTools>.Instance);
        var catalogue = new ToolCatalogue([Pure, Once, Asked, Denied, new ReadFile(), new ListFiles(), .. MoreTools], Bench.Installed(null), gateway);
        var artefacts = new Artefacts(connection);
        var acts = new ToolActs(artefacts, Bench.Sandboxes, Telemetry, options, TimeProvider.System, NullLogger<ToolActs>.Instance);
        var policy = new ToolPolicy(Bundle, new CanaryCounts(Bundle), Telemetry, TimeProvider.System);
        var standing = new StandingAnswers(new StandingApprovals(connection, new OperatorLog(connection, TimeProvider.System), TimeProvider.System));
        var calls = new ToolCalls(catalogue, policy, new CallQuestions(policy, acts, standing, options, TimeProvider.System), standing, acts, new CallChecks(catalogue, policy, acts));
        var watch = new StepWatch(journal, options, TimeProvider.System);
        var loop = new StepLoop(new StepModel(model, new ToolOffers(catalogue, artefacts), options, TimeProvider.System, NullLogger<StepModel>.Instance), calls, options, TimeProvider.System);
        parts = new Parts(connection, watch);
        return new StepRunner(journal, new Leases(connection, TimeProvider.System), loop, watch, Stop, Bundle, new ExecutorInstance(), options, TimeProvider.System, NullLogger<StepRunner>.Instance);
    }

    public Task<StepOutcome> RunAsync(StepRunner executor, int attempt = 1) =>
        executor.RunAsync(new ExecuteStep(RunId, StepId, attempt), _ => Task.CompletedTask, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Appends whatever the head is: as another service does.</summary>
    public async Task AppendAsync(params IRunEvent[] events)
    {
        while (await Journal.AppendAsync(RunId, await Journal.HeadAsync(RunId), events, "test") is not AppendResult.Appended)
        {
        }
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

    public async Task<RunState> StateAsync() => (await Journal.LoadAsync(RunId))!;

    /// <summary>Waits until an event of that type stands in the journal.</summary>
    public async Task<T> SeesAsync<T>()
        where T : IRunEvent
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var entry in Journal.FollowAsync(RunId, 1, patience.Token))
        {
            if (entry.Event is T found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"No {typeof(T).Name} came.");
    }

    /// <summary>Plays what happened again, without a tool in reach.</summary>
    public async Task<ReplayPart> ReplayAsync(OtherPolicies? others = null) =>
        await new StepReplay(Microsoft.Extensions.Options.Options.Create(Options)).RunAsync((await RecordedRun.LoadAsync(Journal, RunId, CancellationToken.None))!, others, CancellationToken.None);

    /// <summary>Whatever a test had happen must come out the same when it is played again.</summary>
    public bool IsReplayed { get; set; } = true;

    public async ValueTask DisposeAsync()
    {
        if (IsReplayed)
        {
            var acted = Acted;
            (await ReplayAsync()).Divergence.ShouldBeNull();
            Acted.ShouldBe(acted);
        }

        _parts.Reverse();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }

        Telemetry.Dispose();
        Bench.Dispose();
    }

    int Acted => Pure.Keys.Count + Once.Keys.Count + Asked.Keys.Count + Denied.Keys.Count;

    (RespConnection Connection, RunJournal Journal) Connect()
    {
        var settings = RespOptions.Parse(_server.ConnectionString);
        var (connection, subscriber) = (new RespConnection(settings), new RespSubscriber(settings));
        var journal = new RunJournal(connection, subscriber, TimeProvider.System);
        _parts.AddRange([connection, subscriber, journal]);
        return (connection, journal);
    }

    internal sealed record Parts(RespConnection Connection, StepWatch Watch);
}
