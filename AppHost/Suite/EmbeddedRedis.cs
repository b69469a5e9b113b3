using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Agent.AppHost.Suite;

/// <summary>The Redis-compatible server the suite brings: Garnet from the tool manifest, its append-only file under the state directory, so that a restart keeps runs.</summary>
sealed record EmbeddedRedis(string Directory, string[] Arguments, int Port, string ConnectionString)
{
    /// <summary>No collector heaps for each processor: they would take most of its memory.</summary>
    public const string ServerCollector = "0";

    /// <summary>Hexadecimal milliseconds, as our own processes have it (Directory.Build.props says why).</summary>
    public const string CallCountingDelay = "1F4";

    const string Version = "2.2.5";

    public static async Task<EmbeddedRedis> PrepareAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var server = await FindServerAsync(cancellationToken);
        var port = Local.Processes.FreePorts.Take();
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var configuration = WriteConfiguration(state.Redis, port, password);
        return new EmbeddedRedis(
            state.Redis,
            ["exec", "--roll-forward", "LatestMajor", server, "--config-import-path", configuration, "--config-import-format", "GarnetConf"],
            port,
            $"127.0.0.1:{port},password={password},commitAof=true");
    }

    /// <summary>A file rather than arguments: a command line can be read by every user of the machine, and this one would show the password.</summary>
    static string WriteConfiguration(string directory, int port, string password)
    {
        System.IO.Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "garnet.conf");
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        JsonSerializer.Serialize(file, new
        {
            Address = "127.0.0.1",
            Port = port,
            AuthenticationMode = "Password",
            Password = password,
            EnableAOF = true,

            // Written when a client asks for it, which ours do behind each batch before they take an answer for given: WaitForCommit writes the file once for each record instead.
            CommitFrequencyMs = -1,
            Recover = true,

            // Without it the server starts with what it could read, saying so only in its log, and the checkpoint of the recovery makes the loss final.
            FailOnRecoveryError = true,
            CheckpointDir = directory,

            // Without a tier, what does not fit into memory is dropped without a word.
            EnableStorageTier = true,
            LogDir = directory,

            // The native device needs libaio; without it the append-only file takes writes and gives none back.
            DeviceType = "RandomAccess",
            MemorySize = "64m",
            PageSize = "4m",
            IndexMemorySize = "16m",
            AofMemorySize = "32m",
            AofPageSize = "8m",

            // A connection whose command waits for the file holds a thread. With no more threads than processors, the connections of one start of the suite take
            // them all, and the one that would end the waiting never comes: the server answers nobody any more.
            ThreadPoolMinThreads = 256,
            QuietMode = true,
        });
        return path;
    }

    static async Task<string> FindServerAsync(CancellationToken cancellationToken)
    {
        if (Server() is { } installed)
        {
            return installed;
        }

        var (code, output) = await RestoreToolAsync(cancellationToken);
        return Server() ?? throw new StartRefusedException(
            8,
            $"The embedded Redis server (dotnet tool garnet-server {Version}) is not installed, and `dotnet tool restore` did not bring it (exit code {code}): {output.Trim()}"
            + $"{Environment.NewLine}Give the suite a Redis instead: ConnectionStrings__redis=host:port[,password=…]");
    }

    static string? Server()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var tools = Path.Combine(packages, "garnet-server", Version, "tools");

        // Its dll is started by the package's folder: `dotnet tool run` takes half a second longer.
        return System.IO.Directory.Exists(tools)
            ? System.IO.Directory.EnumerateFiles(tools, "GarnetServer.dll", SearchOption.AllDirectories).FirstOrDefault(path => Path.GetFileName(Path.GetDirectoryName(path)) == "any")
            : null;
    }

    static async Task<(int Code, string Output)> RestoreToolAsync(CancellationToken cancellationToken)
    {
        Console.Error.WriteLine("Restoring the embedded Redis server (once) …");
        using var restore = Process.Start(new ProcessStartInfo("dotnet", ["tool", "restore"])
        {
            WorkingDirectory = SuiteSettings.RepositoryRoot,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = restore.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = restore.StandardError.ReadToEndAsync(cancellationToken);
        await restore.WaitForExitAsync(cancellationToken);
        return (restore.ExitCode, await output + await error);
    }
}
