using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Agent.AppHost.Local.Processes;
using Agent.EndToEnd.Tests.Harness;
using Agent.Journal;
using Agent.Resp;
using Agent.TestKit;
using Agent.TestKit.Mcp;
using Agent.TestKit.Models;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>All services as processes on a store of their own, a model that follows instructions, and effects that are counted.</summary>
sealed class Fleet : IAsyncDisposable
{
    const string DoorKey = "trial-door-key-0123456789";

    readonly string _folder = Directory.CreateTempSubdirectory("fleet-").FullName;
    readonly List<FleetService> _services = [];
    readonly ConcurrentQueue<Death> _deaths = new();
    readonly RespConnection _connection;
    readonly RespSubscriber _subscriber;
    readonly FakeModelServer _model;
    readonly FakeMcpServer _tools;
    int _policies;

    Fleet(RedisServer store, FakeModelServer model, FakeMcpServer tools)
    {
        (Store, _model, _tools) = (store, model, tools);
        var options = RespOptions.Parse(store.ConnectionString);
        (_connection, _subscriber) = (new RespConnection(options), new RespSubscriber(options));
        Journal = new RunJournal(_connection, _subscriber, TimeProvider.System);
        Workspace = Directory.CreateDirectory(Path.Combine(_folder, "workspace")).FullName;
        CrashDirectory = Directory.CreateDirectory(Path.Combine(_folder, "crash")).FullName;
        Effects = new EffectCounter(Workspace);
        tools.Tools.Clear();
        tools.Tools["act"] = "Acts once.";
        tools.Work = (call, _) => Task.FromResult(Effects.Act(call));
        model.Otherwise = TrialModel.Answer;
    }

    public RedisServer Store { get; }

    public RunJournal Journal { get; }

    public string Workspace { get; }

    public string CrashDirectory { get; }

    public string PolicyDirectory => Path.Combine(_folder, "policies");

    public EffectCounter Effects { get; }

    public IReadOnlyCollection<Death> Deaths => _deaths;

    public IReadOnlyList<FleetService> Services => _services;

    public HttpClient Door { get; } = new() { Timeout = TimeSpan.FromSeconds(15) };

    /// <param name="replicas">Of planner, executor and reviewer.</param>
    /// <param name="lease">How long a step outlives its owner; null: as shipped.</param>
    public static async Task<Fleet> StartAsync(int replicas = 1, TimeSpan? lease = null)
    {
        var store = await SharedServers.StartAsync(ServerKind.Garnet);
        Assert.SkipWhen(store is null, SharedServers.Missing(ServerKind.Garnet));
        var fleet = new Fleet(store, await FakeModelServer.StartAsync(ModelServerKind.ChatOnly), await FakeMcpServer.StartAsync());
        try
        {
            await fleet.StartServicesAsync(replicas, lease);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it says that it is well.</summary>
    public static async Task HealthyAsync(FleetService service)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var limit = new CancellationTokenSource(SuiteWorld.Patience);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(service.Url + "/health"), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (!limit.IsCancellationRequested && notYet is HttpRequestException or OperationCanceledException)
            {
                // It does not listen yet.
                await Task.Delay(50, limit.Token);
            }

            limit.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary><c>agent …</c> against the fleet's door.</summary>
    public async Task<Ended> AgentAsync(params string[] arguments)
    {
        await using var agent = StartedProgram.Start(Repository.Cli, arguments, new Dictionary<string, string?> { ["AGENT_DOOR_URL"] = Door.BaseAddress!.ToString(), ["AGENT_DOOR_KEY"] = DoorKey });
        return await agent.EndAsync(SuiteWorld.Patience);
    }

    /// <summary>Whoever reaches the place next dies.</summary>
    public void Arm(string place) => File.WriteAllText(Path.Combine(CrashDirectory, place), "");

    public void Disarm(string place) => File.Delete(Path.Combine(CrashDirectory, place));

    /// <summary>Whether somebody has died there.</summary>
    public bool IsTaken(string place) => Taken(place).Any();

    public void Forget(string place)
    {
        foreach (var file in Taken(place))
        {
            File.Delete(file);
        }
    }

    /// <summary>A bundle that says something else: every service switches.</summary>
    public void ChangePolicies() => WritePolicies(Interlocked.Increment(ref _policies));

    /// <summary>The last lines of each service, for a message about what went wrong.</summary>
    public string Logs() => string.Join("\n", _services.Select(service => $"== {service.Name}\n{string.Join('\n', Tail(service.Log))}"));

    public async ValueTask DisposeAsync()
    {
        Door.Dispose();
        await Task.WhenAll(_services.Select(service => service.DisposeAsync().AsTask()));
        await Journal.DisposeAsync();
        await _subscriber.DisposeAsync();
        await _connection.DisposeAsync();
        await _model.DisposeAsync();
        await _tools.DisposeAsync();
        await Store.DisposeAsync();
        if (Environment.GetEnvironmentVariable("AGENT_CRASH_KEEP") is not { Length: > 0 })
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Whoever dies leaves the place's file with its process id behind the name.
    IEnumerable<string> Taken(string place) => Directory.EnumerateFiles(CrashDirectory).Where(file => Path.GetFileName(file).StartsWith(place + ".", StringComparison.Ordinal));

    static IEnumerable<string> Tail(string file) => File.Exists(file) ? File.ReadLines(file).TakeLast(8) : [];

    async Task StartServicesAsync(int replicas, TimeSpan? lease)
    {
        WritePolicies(0);
        await File.WriteAllTextAsync(Path.Combine(_folder, "mcp_endpoints.json"), $$"""{"endpoints":[{{_tools.Entry("effects").ToJsonString()}}]}""");
        Effects.WriteCommands();
        (string Name, string Project, int Replicas)[] wanted =
        [
            ("policy-service", "Policy.Service", 1), ("mcp-gateway", "Mcp.Gateway", 1), ("planner-service", "Planner.Service", replicas),
            ("reviewer-service", "Reviewer.Service", replicas), ("executor-service", "Executor.Service", replicas), ("dashboard-web", "Dashboard.Web", 1),
        ];
        var ports = new Queue<int>(FreePorts.Take(wanted.Sum(service => service.Replicas)));
        var places = wanted.SelectMany(service => Enumerable.Range(0, service.Replicas).Select(replica => (service.Name, service.Project, Replica: replica, Url: $"http://127.0.0.1:{ports.Dequeue()}"))).ToList();
        var environment = EnvironmentOf(lease);
        foreach (var place in places)
        {
            environment[$"services__{place.Name}__http__{place.Replica}"] = place.Url;
        }

        foreach (var place in places)
        {
            var log = Path.Combine(_folder, $"{place.Name}-{place.Replica}.log");
            _services.Add(new FleetService(place.Name, Repository.Service(place.Project), place.Url, environment, log, _deaths.Enqueue));
        }

        Door.BaseAddress = new Uri(places[^1].Url);
        Door.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", DoorKey);
        await Task.WhenAll(_services.Select(HealthyAsync));
    }

    Dictionary<string, string> EnvironmentOf(TimeSpan? lease)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__redis"] = Store.ConnectionString,
            ["OPENAI_BASE_URL"] = _model.BaseUrl.ToString(),
            ["OPENAI_API_KEY"] = "any",
            ["AGENT_MODEL"] = FakeModelServer.Model,
            ["AGENT_FORCE_CHAT_COMPLETIONS"] = "true",
            ["AGENT_INTERNAL_KEY"] = "trial",
            ["AGENT_DOOR_KEY"] = DoorKey,
            ["AGENT_STATE_DIR"] = Directory.CreateDirectory(Path.Combine(_folder, "state")).FullName,
            ["AGENT_WORKSPACE"] = Workspace,
            ["AGENT_TOOLS_DIR"] = Path.Combine(_folder, "tools"),
            ["AGENT_POLICY_DIR"] = PolicyDirectory,
            ["AGENT_MCP_ENDPOINTS"] = Path.Combine(_folder, "mcp_endpoints.json"),
            ["AGENT_CRASH_DIR"] = CrashDirectory,
            ["Executor__Sandbox__Level"] = "plain",
            ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
            ["DOTNET_GCgen0size"] = "0x200000",
        };
        if (lease is { } duration)
        {
            environment["Executor__Steps__Lease"] = duration.ToString("c");
        }

        return environment;
    }

    void WritePolicies(int number)
    {
        var directory = Directory.CreateDirectory(PolicyDirectory).FullName;
        Write("paths.yaml", """
            version: 1
            rules:
              - id: workspace
                answer: allow
                reason: A trial's files.
                paths: ["**"]
            """);
        Write("tools.yaml", $"""
            version: 1
            rules:
              - id: all-tools
                answer: allow
                reason: A trial.
                tools: ["*"]
              - id: effect
                answer: allow
                reason: A trial's effect.
                commands: [{EffectCounter.Command}]
              - id: asked
                answer: ask
                reason: A person looks first.
                commands: [{EffectCounter.AskedCommand}]
              - id: revision-{number}
                answer: deny
                reason: Tells one bundle from the next.
                tools: [never-{number}]
            """);

        void Write(string name, string text)
        {
            // Renamed into place, as an editor does: the policy service reads whole files only.
            var aside = Path.Combine(_folder, name);
            File.WriteAllText(aside, text);
            File.Move(aside, Path.Combine(directory, name), overwrite: true);
        }
    }
}
