using System.Diagnostics;
using Agent.AppHost.Local.Processes;
using Agent.TestKit;

namespace Agent.Bench.Peers;

/// <summary>Debian's PostgreSQL on loopback with a cluster of its own in a temporary directory, as the user <c>postgres</c> when started by root: PostgreSQL refuses to run as root.</summary>
sealed class PostgresCluster : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    static readonly string[] AsPostgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"];

    readonly string _programs;
    readonly string _directory;
    readonly int _port = FreePorts.Take();
    Process? _server;

    PostgresCluster(string programs, string directory) => (_programs, _directory) = (programs, directory);

    public string Url => $"postgresql://bench@127.0.0.1:{_port}/postgres";

    /// <summary>Of the postmaster; every other process of the server is its child.</summary>
    public int ProcessId => _server!.Id;

    /// <param name="synchronousCommit">False: an answer does not wait for the disk (the last fraction of a second is lost with the machine, or with the server's processes all at once). fsync stays on, its default.</param>
    /// <exception cref="PeerMissingException">It is not installed, or does not start.</exception>
    public static async Task<PostgresCluster> StartAsync(bool synchronousCommit)
    {
        var programs = ProgramDirectory() ?? throw new PeerMissingException("initdb is neither in PATH nor in /usr/lib/postgresql/*/bin; apt-get install postgresql brings it");
        var cluster = new PostgresCluster(programs, Directory.CreateTempSubdirectory("agent-postgres-").FullName);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await OtherProgram.OutputAsync("chown", ["postgres", cluster._directory], "/", Limit);
            }

            await cluster.RunAsync("initdb", "-D", cluster.Data, "-U", "bench", "-A", "trust", "-E", "UTF8");
            await cluster.StartServerAsync(synchronousCommit);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            {
                await RunAsync("pg_ctl", "-D", Data, "stop", "-m", "fast");
            }

            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        ServerLifeline.Delete(_directory);
    }

    string Data => Path.Combine(_directory, "data");

    async Task StartServerAsync(bool synchronousCommit)
    {
        var command = Command(
            "postgres", "-D", Data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_directory}", "-c", $"synchronous_commit={(synchronousCommit ? "on" : "off")}");

        // setpriv becomes the server: the process started here is the postmaster.
        var server = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        ServerLifeline.Hold(server, _directory);
        _server = server;
        var log = "";
        server.ErrorDataReceived += (_, line) => log = line.Data ?? log;
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (server.HasExited || waited.Elapsed > Limit)
            {
                throw new PeerMissingException($"PostgreSQL did not start: {log}");
            }

            await Task.Delay(100);
        }
    }

    async Task<bool> IsReadyAsync()
    {
        using var asking = Process.Start(new ProcessStartInfo(Path.Combine(_programs, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", $"{_port}"]) { UseShellExecute = false })!;
        await asking.WaitForExitAsync();
        return asking.ExitCode == 0;
    }

    async Task RunAsync(string program, params string[] arguments)
    {
        var command = Command(program, arguments);
        await OtherProgram.OutputAsync(command[0], command[1..], _directory, Limit);
    }

    string[] Command(string program, params string[] arguments) => [.. Environment.IsPrivilegedProcess ? AsPostgres : [], Path.Combine(_programs, program), .. arguments];

    /// <summary>The packages' own programs rather than what wraps them in PATH: the process started must be the server.</summary>
    static string? ProgramDirectory() =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(version => version, StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")) : [])
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "initdb")));
}
