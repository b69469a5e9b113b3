using System.Diagnostics;
using System.Globalization;
using Agent.AppHost.Local.Processes;
using Agent.Contracts;
using Agent.Journal;
using Agent.RedisTransport;
using Agent.Resp;
using Agent.TestKit;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Bench.Runs;

/// <summary>Planner, executor, reviewer and policy service as processes of the same build, on a Garnet started as the product starts it; no model: the offline rules answer at once.</summary>
sealed class BenchSuite : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    readonly string _folder = Directory.CreateTempSubdirectory("agent-bench-").FullName;
    readonly List<Process> _processes = [];
    readonly Dictionary<string, string> _urls = new(StringComparer.Ordinal);
    readonly RedisServer _store;
    readonly RespConnection _connection;
    readonly RespSubscriber _subscriber;
    readonly ServiceProvider _provider;

    BenchSuite(RedisServer store)
    {
        _store = store;
        var options = RespOptions.Parse(store.ConnectionString);
        (_connection, _subscriber) = (new RespConnection(options), new RespSubscriber(options));
        Journal = new RunJournal(_connection, _subscriber, TimeProvider.System);
        _provider = new ServiceCollection().AddLogging().AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRedis((_, cfg) => cfg.Host(store.ConnectionString));
        }).BuildServiceProvider();
        Workspace = Directory.CreateDirectory(Path.Combine(_folder, "workspace")).FullName;
    }

    public RunJournal Journal { get; }

    public string Workspace { get; }

    /// <summary>The first one.</summary>
    public Process Executor { get; private set; } = null!;

    /// <summary>Processor time used so far, in milliseconds, by service; the store's and this process's too, which submits and follows.</summary>
    public Dictionary<string, double> ProcessorMs()
    {
        var used = new Dictionary<string, double>(StringComparer.Ordinal) { ["door"] = Environment.CpuUsage.TotalTime.TotalMilliseconds };
        foreach (var process in _processes.Where(process => !process.HasExited))
        {
            process.Refresh();
            var name = Path.GetFileName(process.StartInfo.FileName);
            used[name] = used.GetValueOrDefault(name) + process.TotalProcessorTime.TotalMilliseconds;
        }

        if (_store.IsOurs)
        {
            using var store = Process.GetProcessById(_store.ProcessId);
            used["store"] = store.TotalProcessorTime.TotalMilliseconds;
        }

        return used;
    }

    IBusControl Bus => _provider.GetRequiredService<IBusControl>();

    public static async Task<BenchSuite> StartAsync()
    {
        var suite = new BenchSuite(await RedisServer.StartGarnetAsync());
        await suite.Bus.StartAsync();
        await suite.StartServicesAsync();
        return suite;
    }

    /// <summary>Another reader of the same journal, which has loaded nothing yet.</summary>
    public RunJournal NewJournal() => new(_connection, _subscriber, TimeProvider.System);

    /// <summary>Stores a run with its plan and tells the planner: what the door and a planner's model have done before the first step.</summary>
    public async Task<Guid> SubmitAsync(Plan plan)
    {
        var runId = Guid.CreateVersion7();
        await Journal.AppendAsync(runId, JournalHead.Empty, [new RunSubmitted("Measure", Workspace, "bench"), new PlanAccepted(1, plan)], "bench");
        var planner = await Bus.GetSendEndpoint(new Uri("queue:plan-run"));
        await planner.Send(new PlanRun(runId));
        return runId;
    }

    /// <summary>The run's whole journal, when it has ended.</summary>
    public async Task<List<JournalEntry>> EndedAsync(Guid runId)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Journal.FollowAsync(runId))
        {
            entries.Add(entry);
        }

        return entries[^1].Event is RunEnded { State: RunPhase.Succeeded }
            ? entries
            : throw new InvalidOperationException($"Run {runId} did not succeed: {(entries[^1].Event as RunEnded)?.Report}");
    }

    /// <summary>The run's journal up to the first entry that is meant.</summary>
    public async Task<List<JournalEntry>> UntilAsync(Guid runId, Func<JournalEntry, bool> isMeant)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Journal.FollowAsync(runId))
        {
            entries.Add(entry);
            if (isMeant(entry))
            {
                return entries;
            }
        }

        throw new InvalidOperationException($"Run {runId} ended before: {(entries[^1].Event as RunEnded)?.Report}");
    }

    /// <summary>The run's journal as it is now.</summary>
    public async Task<List<JournalEntry>> EntriesAsync(Guid runId)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Journal.ReadAsync(runId))
        {
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>What the first so many entries of a run take in the store.</summary>
    public Task<long> StoredBytesAsync(Guid runId, int entries) => StoredBytes.OfAsync(_connection, runId, entries);

    /// <summary>Starts one executor more.</summary>
    public async Task<Process> StartExecutorAsync()
    {
        var url = $"http://127.0.0.1:{FreePorts.Take()}";
        var executor = Start("Executor.Service", url);
        _processes.Add(executor);
        await HealthyAsync([url]);
        return executor;
    }

    /// <summary>What the door does for an operator: the fact, then the hint.</summary>
    public async Task InterruptAsync(Guid runId, IRunEvent verb)
    {
        var head = await Journal.HeadAsync(runId);
        while (await Journal.AppendAsync(runId, head, [verb], "bench") is AppendResult.Moved(var current))
        {
            head = current;
        }

        await Bus.Publish(new RunInterrupted(runId, "bench"));
    }

    /// <summary>How long the store's append-only file is; null where it does not say.</summary>
    public async Task<long?> StoreLogBytesAsync()
    {
        var info = (await _connection.ExecuteAsync(RespCommand.Of("INFO", "PERSISTENCE"))).AsString();
        var tail = info?.Split('\n').FirstOrDefault(line => line.StartsWith("TailAddress:", StringComparison.Ordinal));
        return tail is null ? null : long.Parse(tail.Trim().Split(':')[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Bus.StopAsync();
        await _provider.DisposeAsync();
        await Journal.DisposeAsync();
        await _subscriber.DisposeAsync();
        await _connection.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task StartServicesAsync()
    {
        (string Name, string Project)[] services = [("policy-service", "Policy.Service"), ("planner-service", "Planner.Service"), ("executor-service", "Executor.Service"), ("reviewer-service", "Reviewer.Service")];
        foreach (var (name, _) in services)
        {
            _urls[name] = $"http://127.0.0.1:{FreePorts.Take()}";
        }

        foreach (var (name, project) in services)
        {
            var process = Start(project, _urls[name]);
            _processes.Add(process);
            if (project == "Executor.Service")
            {
                Executor = process;
            }
        }

        await HealthyAsync(_urls.Values);
    }

    static async Task HealthyAsync(IEnumerable<string> urls)
    {
        using var http = new HttpClient();
        var started = Stopwatch.StartNew();
        foreach (var url in urls)
        {
            while (!await IsHealthyAsync(http, url))
            {
                if (started.Elapsed > StartLimit)
                {
                    throw new InvalidOperationException($"The service at {url} did not get healthy.");
                }

                await Task.Delay(100);
            }
        }
    }

    static async Task<bool> IsHealthyAsync(HttpClient http, string url)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(url + "/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    Process Start(string project, string url)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, project, "bin", Configuration(), "net10.0", "Agent." + project))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var name in (string[])["OPENAI_BASE_URL", "OPENAI_API_KEY", "AGENT_MODEL"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["ConnectionStrings__redis"] = _store.ConnectionString;
        start.Environment["AGENT_STATE_DIR"] = _folder;
        start.Environment["AGENT_WORKSPACE"] = Workspace;
        start.Environment["AGENT_POLICY_DIR"] = Policies();
        start.Environment["AGENT_INTERNAL_KEY"] = "bench";
        start.Environment["Executor__Sandbox__Level"] = "plain";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        start.Environment["DOTNET_GCgen0size"] = "0x200000";
        foreach (var (name, address) in _urls)
        {
            start.Environment[$"services__{name}__http__0"] = address;
        }

        var process = Process.Start(start)!;
        ServerLifeline.Hold(process, null);
        process.OutputDataReceived += static (_, line) => Say(line.Data);
        process.ErrorDataReceived += static (_, line) => Say(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    static void Say(string? line)
    {
        if (line?.Contains("\"error\"", StringComparison.Ordinal) == true)
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>As wide as policy allows.</summary>
    string Policies()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_folder, "policies")).FullName;
        File.WriteAllText(Path.Combine(directory, "tools.yaml"), """
            version: 1
            rules:
              - id: commands
                answer: allow
                reason: What the bench stops and kills.
                tools: [run_command]
                requires: command
              - id: waiting
                answer: allow
                reason: These two wait until they are stopped.
                commands: [sleep, tail]

            """);
        File.WriteAllText(Path.Combine(directory, "paths.yaml"), """
            version: 1
            rules:
              - id: read
                answer: allow
                reason: The bench's own files.
                paths: ["**"]
                access: read

            """);
        File.WriteAllText(Path.Combine(directory, "limits.yaml"), "version: 1\nrun: { steps: 1000, parallel_steps: 64 }\n");
        return directory;
    }

    static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
}
