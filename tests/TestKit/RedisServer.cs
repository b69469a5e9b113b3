using System.Diagnostics;
using Agent.AppHost.Local.Processes;
using Agent.Resp;

namespace Agent.TestKit;

/// <summary>A Redis-compatible server for tests, on a free loopback port with its own data directory; ended with the test.
/// <c>AGENT_REDIS</c>, if set, is used instead of starting Garnet.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly ProcessStartInfo? _start;
    readonly string? _directory;
    readonly List<string> _output = [];
    Process? _process;

    RedisServer(string name, string connectionString, ProcessStartInfo? start, string? directory)
    {
        Name = name;
        ConnectionString = connectionString;
        _start = start;
        _directory = directory;
    }

    /// <summary><c>Garnet</c>, <c>Redis</c> or <c>AGENT_REDIS</c>.</summary>
    public string Name { get; }

    public string ConnectionString { get; }

    public int Port => RespOptions.Parse(ConnectionString).Endpoints[0].Port;

    /// <summary>False for a server that was not started here (AGENT_REDIS): it must not be killed.</summary>
    public bool IsOurs => _start is not null;

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"{Name} was not started here.");

    /// <summary>Starts Garnet from the tool package's folder, as the product embeds it: the client asks for the append-only file
    /// and takes no answer before it is written (otherwise a killed server forgets the last answered writes).</summary>
    public static Task<RedisServer> StartGarnetAsync(CancellationToken cancellationToken = default) => StartGarnetAsync([], cancellationToken);

    /// <summary>With or without waiting for the file.</summary>
    public static Task<RedisServer> StartGarnetAsync(bool waitForFile) => waitForFile ? StartGarnetAsync() : StartGarnetAsync(["--aof-commit-freq", "0"], commitAof: false, default);

    /// <summary>The same, with more command line arguments, for example <c>--auth Password --password secret</c>.</summary>
    public static Task<RedisServer> StartGarnetAsync(string[] more, CancellationToken cancellationToken = default) => StartGarnetAsync(["--aof-commit-freq", "-1", .. more], commitAof: true, cancellationToken);

    static async Task<RedisServer> StartGarnetAsync(string[] more, bool commitAof, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("AGENT_REDIS") is { Length: > 0 } given)
        {
            return new RedisServer("AGENT_REDIS", given, null, null);
        }

        var (port, directory) = Place("garnet");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        LikeTheProduct(start);
        foreach (var argument in (string[])
        [
            GarnetDll(), "--bind", "127.0.0.1", "--port", $"{port}", "--checkpointdir", directory, "--aof", "--recover", "--fail-on-recovery-error", "--device-type", "RandomAccess",

            // As the product starts it: without the tier, keys that do not fit into memory are dropped without a word.
            "--storage-tier", "--logdir", directory,
            "--memory", "64m", "--page", "4m", "--index", "16m", "--aof-memory", "32m", "--aof-page-size", "8m", "--minthreads", "256", "--logger-level", "Warning", .. more,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        return await StartAsync(new RedisServer("Garnet", $"127.0.0.1:{port}" + (commitAof ? ",commitAof=true" : ""), start, directory), cancellationToken);
    }

    /// <summary>Starts Debian's redis-server; null if it is not installed.</summary>
    public static Task<RedisServer?> TryStartRedisAsync(CancellationToken cancellationToken = default) => TryStartRedisAsync([], cancellationToken);

    /// <summary>The same, with more command line arguments, for example <c>--requirepass secret</c>.</summary>
    public static async Task<RedisServer?> TryStartRedisAsync(string[] more, CancellationToken cancellationToken = default)
    {
        if (Find("redis-server") is not { } program)
        {
            return null;
        }

        var (port, directory) = Place("redis");
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            ["--bind", "127.0.0.1", "--port", $"{port}", "--dir", directory, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", .. more])
        {
            start.ArgumentList.Add(argument);
        }

        var password = System.Array.IndexOf(more, "--requirepass") is >= 0 and var at ? $",password={more[at + 1]}" : "";
        return await StartAsync(new RedisServer("Redis", $"127.0.0.1:{port}{password}", start, directory), cancellationToken);
    }

    /// <summary>The last it said, over all its starts.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output.TakeLast(40));
            }
        }
    }

    /// <summary>Kill -9, then start again on the same port and data.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillAsync();
        await RestartAsync();
    }

    /// <summary>Kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Starts it again on the same port and data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        var start = _start ?? throw new InvalidOperationException($"{Name} was not started here.");
        if (Name == "Garnet" && Directory.Exists(Path.Combine(_directory!, "AOF")))
        {
            await CheckpointAsync(start, cancellationToken);
        }

        await RunAsync(start, ConnectionString, cancellationToken);
    }

    /// <summary>As the host does before each start: recovers alone, on another port, and writes a checkpoint,
    /// because half a transaction at the end of the append-only file must not meet another one (docs/decisions/0004).</summary>
    async Task CheckpointAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        var (port, unused) = Place("garnet");
        Directory.Delete(unused);
        var own = ConnectionString.Split(':', ',')[1];
        var alone = new ProcessStartInfo(start.FileName, start.ArgumentList.Select(argument => argument == own ? $"{port}" : argument)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        LikeTheProduct(alone);
        var connectionString = ConnectionString.Replace($":{own}", $":{port}");
        await RunAsync(alone, connectionString, cancellationToken);
        await using (var connection = new RespConnection(RespOptions.Parse(connectionString) with { CommandTimeout = StartLimit }))
        {
            await connection.ExecuteAsync(RespCommand.Of("SAVE"), cancellationToken);
        }

        await KillAsync();
    }

    async Task RunAsync(ProcessStartInfo start, string connectionString, CancellationToken cancellationToken)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        ServerLifeline.Hold(process, _directory);
        _process = process;

        // Read away, or a full pipe stops the server.
        var output = _output;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        await using var connection = new RespConnection(RespOptions.Parse(connectionString) with { ConnectTimeout = TimeSpan.FromSeconds(1) });
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await connection.ExecuteAsync(RespCommand.Of("PING"), cancellationToken);
                return;
            }
            catch (RespConnectionException error) when (process.HasExited || deadline.Elapsed > StartLimit)
            {
                lock (output)
                {
                    throw new InvalidOperationException($"{Name} did not start: {string.Join('\n', output.TakeLast(20))}", error);
                }
            }
            catch (RespConnectionException)
            {
                // Not yet: the connect itself has waited.
                continue;
            }
        }
    }

    /// <summary>SIGSTOP: alive, and answering nobody, as behind a partition.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_directory is not null)
        {
            ServerLifeline.Delete(_directory);
        }
    }

    static async Task<RedisServer> StartAsync(RedisServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.RestartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    static void Keep(List<string> output, string? line)
    {
        lock (output)
        {
            if (line is not null && output.Count < 1000)
            {
                output.Add(line);
            }
        }
    }

    async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{ProcessId}"]);
        await kill.WaitForExitAsync();
    }

    static void LikeTheProduct(ProcessStartInfo garnet)
    {
        garnet.Environment["DOTNET_gcServer"] = "0";
        garnet.Environment["DOTNET_TC_CallCountingDelayMs"] = "1F4";
    }

    static string GarnetDll()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var dll = Path.Combine(packages, "garnet-server", "2.2.5", "tools", "net10.0", "any", "GarnetServer.dll");
        return File.Exists(dll)
            ? dll
            : throw new InvalidOperationException($"Garnet is not at {dll}. Run `dotnet tool restore` in the repository first.");
    }

    static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    static (int Port, string Directory) Place(string kind) => (FreePorts.Take(), Directory.CreateTempSubdirectory($"agent-{kind}-").FullName);
}
