using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.WorkingCopies;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Journal.Stops;
using Agent.Resp;
using Agent.ServiceDefaults;
using Agent.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tests.WorkingCopies;

/// <summary>A run with a working copy on a real journal and real files; the planner's and the person's part is played by the test.</summary>
sealed class CopyWorld : IAsyncDisposable
{
    const string Tools = """
        version: 1
        rules:
          - id: all-tools
            answer: allow
            reason: A test.
            tools: ["*"]
          - id: no-curl
            answer: deny
            reason: Nothing leaves this machine.
            commands: [curl]
        """;

    readonly List<IAsyncDisposable> _parts = [];
    readonly TemporaryFolder _state = new();

    CopyWorld(RedisServer server, Agent.Executor.Service.Sandbox.CommandRunner commands, ToolBench bench, string limits)
    {
        Bench = bench;
        var options = RespOptions.Parse(server.ConnectionString);
        var (connection, subscriber) = (new RespConnection(options), new RespSubscriber(options));
        Journal = new RunJournal(connection, subscriber, TimeProvider.System);
        _parts.AddRange([connection, subscriber, Journal]);
        Bundle.Switch(Load(limits));
        Stop.Show(KillSwitchState.NeverEngaged);
        Artefacts = new Artefacts(connection);
        Places = new CopyPlaces(new ConfigurationBuilder().AddInMemoryCollection([new("AGENT_STATE_DIR", _state.Path)]).Build());
        Making = new CopyMaking(Places, Journal, Bundle);
        var finding = new ChangeFinding(Artefacts, new IgnoredFiles(commands));
        var settings = Options.Create(new StepOptions { Lease = TimeSpan.FromSeconds(20), WatchInterval = TimeSpan.FromMilliseconds(50) });
        Tending = new CopyTending(
            Journal, new Leases(connection, TimeProvider.System), Stop, Making, finding, new CheckHooks(commands, bench.Sandboxes, Bundle, Artefacts, TimeProvider.System), new ExecutorInstance(), settings, TimeProvider.System,
            NullLogger<CopyTending>.Instance);
        Removal = new CopyRemoval(Places, Making, Journal, Bundle, TimeProvider.System, NullLogger<CopyRemoval>.Instance);
    }

    public ToolBench Bench { get; }

    public Guid RunId { get; private set; } = Guid.CreateVersion7();

    public RunJournal Journal { get; }

    public Artefacts Artefacts { get; }

    public CurrentBundle Bundle { get; } = new();

    public StopSign Stop { get; } = new();

    public CopyPlaces Places { get; }

    public CopyMaking Making { get; }

    public CopyTending Tending { get; }

    public CopyRemoval Removal { get; }

    public static async Task<CopyWorld> StartAsync(string limits = "version: 1\n")
    {
        var server = await SharedServers.FindAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        var bench = new ToolBench();
        return new CopyWorld(server, await bench.CommandsAsync("plain"), bench, limits);
    }

    /// <summary>Submits the run and has its copy made.</summary>
    public async Task<RunState> BeginAsync(bool approve = false, params string[][] checks)
    {
        var step = new PlanStep("work", "Work", "Do the work.", [], [], EffectClass.Irreversible, []);
        await AppendAsync(new RunSubmitted("Have the work done", Bench.Root, "tester"), new PlanAccepted(1, new Plan("One step.", [step])), new WorkingCopyRequested(checks, approve, "A test."));
        return await TendAsync();
    }

    /// <summary>The step has worked in the copy, and was accepted; what comes of it is looked at.</summary>
    public async Task<RunState> FinishAsync(Action<string> work)
    {
        work((await StateAsync()).Directory);
        await AppendAsync(
            new StepDispatched("work", 1), new StepLeased("work", 1, "e", 1), new StepExecuted("work", 1, "Done.", [], 1), new StepReviewed("work", 1, Verdict.Accept, "", []), new RunReviewed(1, Verdict.Accept, "", []));
        return await TendAsync();
    }

    public async Task<RunState> TendAsync()
    {
        await Tending.TendAsync(RunId, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(120));
        return await StateAsync();
    }

    /// <summary>A person is asked and says yes.</summary>
    public async Task<RunState> ApproveAsync()
    {
        var digest = (await StateAsync()).WorkingCopy!.Changes!.Digest;
        await AppendAsync(new PromotionApprovalRequested(digest, "A test."), new PromotionDecided(digest, true, "grace"));
        return await TendAsync();
    }

    public async Task<string> DiffAsync() => System.Text.Encoding.UTF8.GetString((await Artefacts.GetAsync((await StateAsync()).WorkingCopy!.Changes!.DiffDigest))!);

    public async Task AppendAsync(params IRunEvent[] events)
    {
        while (await Journal.AppendAsync(RunId, await Journal.HeadAsync(RunId), events, "test") is not AppendResult.Appended)
        {
        }
    }

    public async Task<RunState> StateAsync() => (await Journal.LoadAsync(RunId))!;

    /// <summary>Another run that repeats this one's history so far; the world goes on with it.</summary>
    public async Task ForkAsync()
    {
        var (from, entries) = (RunId, await Journal.ReadAsync(RunId).ToListAsync());
        RunId = Guid.CreateVersion7();
        await AppendAsync([entries[0].Event, new RunForked(from, entries.Count, entries[^1].Hash, "ada"), .. entries.Skip(1).Select(entry => entry.Event)]);
    }

    public async ValueTask DisposeAsync()
    {
        _parts.Reverse();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }

        Bench.Dispose();
        _state.Dispose();
    }

    static PolicyBundle Load(string limits)
    {
        var result = PolicyBundle.Load(new Dictionary<string, string>(StringComparer.Ordinal) { ["tools.yaml"] = Tools, ["limits.yaml"] = limits }, GuardrailSettings.None);
        result.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        return result.Bundle!;
    }

    sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("agent-copies-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
