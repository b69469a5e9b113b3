using Agent.TestKit;

namespace Agent.Resp.Tests;

public class When_sentinels_watch_the_primary
{
    [Fact]
    public async Task A_failover_is_followed_to_the_replica_that_was_promoted()
    {
        await using var sentinel = await RedisSentinel.TryStartAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(sentinel is null, SharedServers.Missing(ServerKind.Redis));
        await using var connection = new RespConnection(RespOptions.Parse(sentinel.ConnectionString));
        await using var replica = new RespConnection(RespOptions.Parse(sentinel.Replica.ConnectionString));
        await UntilAsync(async () => (await connection.ExecuteAsync(RespCommand.Of("SET", "before", 1))).AsString() == "OK");
        await UntilAsync(async () => (await replica.ExecuteAsync(RespCommand.Of("GET", "before"))).AsString() == "1");

        // The sentinel must know the replica before the primary goes, or there is nobody to promote.
        await using var asking = new RespConnection(RespOptions.Parse($"127.0.0.1:{sentinel.Port}"));
        await UntilAsync(async () => (await asking.ExecuteAsync(RespCommand.Of("SENTINEL", "replicas", RedisSentinel.ServiceName))).AsArray().Length == 1);
        var before = connection.Generation;
        await sentinel.Primary.KillAsync();

        await UntilAsync(async () => (await connection.ExecuteAsync(RespCommand.Of("SET", "after", 2))).AsString() == "OK");
        (await connection.ExecuteAsync(RespCommand.Of("GET", "before"))).AsString().ShouldBe("1");
        (await replica.ExecuteAsync(RespCommand.Of("GET", "after"))).AsString().ShouldBe("2");
        connection.Generation.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_name_the_sentinels_do_not_know_and_a_server_that_is_none_are_said()
    {
        var server = await OnServer.SharedAsync(ServerKind.Redis);
        await using var noSentinel = new RespConnection(RespOptions.Parse($"{server.ConnectionString},serviceName=primary,connectTimeout=500"));
        await using var sentinel = await RedisSentinel.TryStartAsync(TestContext.Current.CancellationToken);
        await using var unknown = new RespConnection(RespOptions.Parse($"127.0.0.1:{sentinel!.Port},serviceName=somebody,connectTimeout=2000"));

        (await Should.ThrowAsync<RespConnectionException>(async () => await unknown.ExecuteAsync(RespCommand.Of("PING")))).Message.ShouldContain("No such primary: somebody");
        var error = await Should.ThrowAsync<RespConnectionException>(async () => await noSentinel.ExecuteAsync(RespCommand.Of("PING")));
        error.Message.ShouldContain("Can not use the sentinel at 127.0.0.1:");
        error.Message.ShouldContain("ConnectionStrings__redis");
    }

    static async Task UntilAsync(Func<Task<bool>> look)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if (await look())
                {
                    return;
                }
            }
            catch (RespConnectionException) when (!limit.IsCancellationRequested)
            {
                // Not yet.
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
