using Agent.TestKit;

namespace Agent.Resp.Tests;

static class OnServer
{
    public static async Task<RedisServer> SharedAsync(ServerKind kind)
    {
        var server = await SharedServers.FindAsync(kind);
        Assert.SkipWhen(server is null, SharedServers.Missing(kind));
        return server;
    }

    public static async Task<RedisServer> OwnAsync(ServerKind kind, params string[] more)
    {
        var server = await SharedServers.StartAsync(kind, more);
        Assert.SkipWhen(server is null, SharedServers.Missing(kind));
        return server;
    }

    public static async Task<RespConnection> ConnectAsync(ServerKind kind) => new(RespOptions.Parse((await SharedAsync(kind)).ConnectionString));

    public static string Key() => $"test:{Guid.CreateVersion7():N}";
}
