using System.Diagnostics;
using Agent.Resp;

namespace Agent.AppHost.Suite;

/// <summary>Has the embedded server recover and write a checkpoint, alone and on another port, before it serves anybody.
/// A server killed within a transaction leaves half of it at the end of its append-only file; the next recovery skips it, but the one after that finds new transactions
/// behind it ("No nested transactions expected") and drops everything from there on. A checkpoint begins a new file (docs/decisions/0004).</summary>
static class EmbeddedRecovery
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Larger than this, the file is begun anew even after an orderly end, or each start would read more than the one before.</summary>
    const long LargestLog = 128 * 1024 * 1024;

    /// <summary>The server was ended in order, after everybody who writes: nothing is half done.</summary>
    public static Task EndedInOrderAsync(EmbeddedRedis redis) => File.WriteAllTextAsync(Marker(redis), "The server was ended in order.\n");

    public static async Task RunAsync(EmbeddedRedis redis, CancellationToken cancellationToken)
    {
        var log = new DirectoryInfo(Path.Combine(redis.Directory, "AOF"));
        var inOrder = File.Exists(Marker(redis));
        File.Delete(Marker(redis));
        if (!log.Exists || (inOrder && log.EnumerateFiles().Sum(file => file.Length) < LargestLog))
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            // Killed in the middle (by whoever kills everything), it is begun again: what it reads is still there.
            while (!await TryAsync(redis, limit.Token))
            {
                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException($"The embedded Redis server did not recover from {log} within {Limit.TotalSeconds:0} s. Move the directory away to begin without its runs.");
        }
    }

    static async Task<bool> TryAsync(EmbeddedRedis redis, CancellationToken cancellationToken)
    {
        var port = Local.Processes.FreePorts.Take();
        using var server = Start(redis, port);
        try
        {
            return await CheckpointAsync(server, redis.ConnectionString.Replace($":{redis.Port}", $":{port}", StringComparison.Ordinal), cancellationToken);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    static string Marker(EmbeddedRedis redis) => Path.Combine(redis.Directory, "ended-in-order");

    static Process Start(EmbeddedRedis redis, int port)
    {
        var start = new ProcessStartInfo("dotnet", [.. redis.Arguments, "--port", $"{port}"])
        {
            WorkingDirectory = redis.Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Goes with the host, like every child (see Lifeline).
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(Local.Processes.FreePorts).Assembly.Location;
        start.Environment["DOTNET_gcServer"] = EmbeddedRedis.ServerCollector;
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = EmbeddedRedis.CallCountingDelay;
        var server = Process.Start(start)!;
        server.OutputDataReceived += static (_, _) => { };
        server.ErrorDataReceived += static (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        return server;
    }

    /// <returns>False: the server ended before it was done.</returns>
    static async Task<bool> CheckpointAsync(Process server, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new RespConnection(RespOptions.Parse(connectionString) with { ConnectTimeout = TimeSpan.FromSeconds(1), CommandTimeout = Limit });
        while (true)
        {
            try
            {
                await connection.ExecuteAsync(RespCommand.Of("SAVE"), cancellationToken);
                return true;
            }
            catch (RespConnectionException) when (server.HasExited)
            {
                return false;
            }
            catch (RespConnectionException)
            {
                // Not listening yet: the connect itself has waited.
                continue;
            }
        }
    }
}
