using System.Diagnostics;
using Agent.AppHost.Local.Processes;

namespace Agent.TestKit;

/// <summary>A primary, a replica of it, and a sentinel that watches both; each a process of its own on a free loopback port.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    public const string ServiceName = "primary";

    readonly Process _sentinel;
    readonly string _directory;
    readonly string _password;

    RedisSentinel(RedisServer primary, RedisServer replica, Process sentinel, string directory, int port, string password)
    {
        Primary = primary;
        Replica = replica;
        _sentinel = sentinel;
        _directory = directory;
        _password = password;
        Port = port;
    }

    public RedisServer Primary { get; }

    public RedisServer Replica { get; }

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port},serviceName={ServiceName},password={_password}";

    /// <summary>Null if Redis is not installed.</summary>
    public static async Task<RedisSentinel?> TryStartAsync(CancellationToken cancellationToken = default)
    {
        const string Password = "secret";
        if (await RedisServer.TryStartRedisAsync(["--requirepass", Password, "--masterauth", Password], cancellationToken) is not { } primary)
        {
            return null;
        }

        var replica = (await RedisServer.TryStartRedisAsync(
            ["--requirepass", Password, "--masterauth", Password, "--replicaof", $"127.0.0.1 {primary.Port}", "--repl-diskless-sync-delay", "0"], cancellationToken))!;
        var directory = Directory.CreateTempSubdirectory("agent-sentinel-").FullName;
        var port = FreePorts.Take();
        var file = Path.Combine(directory, "sentinel.conf");
        await File.WriteAllTextAsync(
            file,
            $"""
            bind 127.0.0.1
            port {port}
            dir {directory}
            sentinel monitor {ServiceName} 127.0.0.1 {primary.Port} 1
            sentinel auth-pass {ServiceName} {Password}
            sentinel down-after-milliseconds {ServiceName} 1000
            sentinel failover-timeout {ServiceName} 5000

            """,
            cancellationToken);
        var start = new ProcessStartInfo("redis-server", [file, "--sentinel"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var sentinel = Process.Start(start)!;
        ServerLifeline.Hold(sentinel, directory);
        sentinel.OutputDataReceived += static (_, _) => { };
        sentinel.ErrorDataReceived += static (_, _) => { };
        sentinel.BeginOutputReadLine();
        sentinel.BeginErrorReadLine();
        return new RedisSentinel(primary, replica, sentinel, directory, port, Password);
    }

    public async ValueTask DisposeAsync()
    {
        _sentinel.Kill();
        await _sentinel.WaitForExitAsync();
        _sentinel.Dispose();
        await Primary.DisposeAsync();
        await Replica.DisposeAsync();
        ServerLifeline.Delete(_directory);
    }
}
