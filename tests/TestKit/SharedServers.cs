namespace Agent.TestKit;

/// <summary>The kinds of server a promise is tested on.</summary>
public enum ServerKind
{
    Garnet,
    Redis,
}

/// <summary>One server of each kind for a whole test process, started on first use. Tests on it use names of their own.</summary>
public static class SharedServers
{
    static readonly Lazy<Task<RedisServer>> Garnet = new(() => RedisServer.StartGarnetAsync());
    static readonly Lazy<Task<RedisServer?>> Redis = new(() => RedisServer.TryStartRedisAsync());

    /// <summary>Null when the kind is not installed here: skip, saying <see cref="Missing"/>.</summary>
    public static async Task<RedisServer?> FindAsync(ServerKind kind) => kind == ServerKind.Garnet ? await Garnet.Value : await Redis.Value;

    /// <summary>A server of the test's own, to kill.</summary>
    public static async Task<RedisServer?> StartAsync(ServerKind kind, params string[] more) =>
        kind == ServerKind.Garnet ? await RedisServer.StartGarnetAsync(more) : await RedisServer.TryStartRedisAsync(more);

    public static string Missing(ServerKind kind) => $"{kind} is not installed (Debian: apt install redis-server).";
}
