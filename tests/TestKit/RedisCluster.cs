using System.Diagnostics;
using Agent.AppHost.Local.Processes;

namespace Agent.TestKit;

/// <summary>A Redis cluster of three nodes, each with a third of the slots, on free loopback ports; ended with the test.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    const int Size = 3;

    readonly List<RedisServer> _nodes = [];

    RedisCluster()
    {
    }

    public IReadOnlyList<RedisServer> Nodes => _nodes;

    /// <summary>Names one node; the others are found out.</summary>
    public string ConnectionString => _nodes[0].ConnectionString;

    /// <summary>Null if Redis is not installed.</summary>
    public static async Task<RedisCluster?> TryStartAsync(CancellationToken cancellationToken = default)
    {
        var cluster = new RedisCluster();
        try
        {
            for (var i = 0; i < Size; i++)
            {
                if (await RedisServer.TryStartRedisAsync(["--cluster-enabled", "yes", "--cluster-port", $"{FreePorts.Take()}", "--cluster-node-timeout", "2000"], cancellationToken) is not { } node)
                {
                    return null;
                }

                cluster._nodes.Add(node);
            }

            await RunAsync(["--cluster", "create", .. cluster._nodes.Select(node => node.ConnectionString), "--cluster-yes"]);
            foreach (var node in cluster._nodes)
            {
                while (!(await OnAsync(node, "CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal))
                {
                    await Task.Delay(50, cancellationToken);
                }
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One command to one node, whoever serves its key; answers as redis-cli prints it.</summary>
    public static Task<string> OnAsync(RedisServer node, params string[] words) => RunAsync(["-p", node.ConnectionString.Split(':')[1], .. words]);

    /// <summary>The node that serves a key.</summary>
    public async Task<RedisServer> OwnerAsync(string key)
    {
        foreach (var node in _nodes)
        {
            if (!(await OnAsync(node, "GET", key)).Contains("MOVED", StringComparison.Ordinal))
            {
                return node;
            }
        }

        throw new InvalidOperationException($"Nobody serves {key}.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    static async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("redis-cli", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"redis-cli: {output}{await errors}");
    }
}
