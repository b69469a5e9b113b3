using System.Text;
using System.Threading.Channels;
using Agent.TestKit;

namespace Agent.Resp.Tests;

public class RespSubscriberTests
{
    [Theory, OnBothServers]
    public async Task What_is_published_after_subscribing_arrives_in_order(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        await using var subscriber = new RespSubscriber(connection.Options);
        var channel = OnServer.Key();
        var heard = Channel.CreateUnbounded<string>();

        await using var subscription = await subscriber.SubscribeAsync(channel, bytes => heard.Writer.TryWrite(Encoding.UTF8.GetString(bytes.Span)));
        for (var number = 0; number < 100; number++)
        {
            await connection.ExecuteAsync(RespCommand.Of("PUBLISH", channel, number));
        }

        for (var number = 0; number < 100; number++)
        {
            (await NextAsync(heard)).ShouldBe($"{number}");
        }
    }

    [Theory, OnBothServers]
    public async Task After_a_killed_connection_it_subscribes_again_and_says_that_something_may_be_missing(ServerKind kind)
    {
        await using var server = await OnServer.OwnAsync(kind);
        Assert.SkipUnless(server.IsOurs, "AGENT_REDIS is not ours to kill.");
        await using var subscriber = new RespSubscriber(RespOptions.Parse(server.ConnectionString));
        var heard = Channel.CreateUnbounded<string>();
        await using var subscription = await subscriber.SubscribeAsync("bell", bytes => heard.Writer.TryWrite(Encoding.UTF8.GetString(bytes.Span)));

        await server.KillAndRestartAsync();

        (await NextAsync(heard)).ShouldBe("");
        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString));
        await connection.ExecuteAsync(RespCommand.Of("PUBLISH", "bell", "again"));
        (await NextAsync(heard)).ShouldBe("again");
    }

    [Theory, OnBothServers]
    public async Task A_silent_connection_stays(ServerKind kind)
    {
        var server = await OnServer.SharedAsync(kind);
        await using var subscriber = new RespSubscriber(RespOptions.Parse(server.ConnectionString) with { KeepAlive = TimeSpan.FromMilliseconds(50) });
        await using var connection = await OnServer.ConnectAsync(kind);
        var channel = OnServer.Key();
        var heard = Channel.CreateUnbounded<string>();
        await using var subscription = await subscriber.SubscribeAsync(channel, bytes => heard.Writer.TryWrite(Encoding.UTF8.GetString(bytes.Span)));

        await Task.Delay(500, TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(RespCommand.Of("PUBLISH", channel, "still here"));

        (await NextAsync(heard)).ShouldBe("still here");
    }

    [Fact]
    public async Task After_unsubscribing_nothing_is_heard()
    {
        await using var connection = await OnServer.ConnectAsync(ServerKind.Garnet);
        await using var subscriber = new RespSubscriber(connection.Options);
        var heard = Channel.CreateUnbounded<string>();
        var (first, second) = (OnServer.Key(), OnServer.Key());
        var gone = await subscriber.SubscribeAsync(first, bytes => heard.Writer.TryWrite("first"));
        await using var kept = await subscriber.SubscribeAsync(second, bytes => heard.Writer.TryWrite("second"));

        await gone.DisposeAsync();
        await connection.ExecuteAsync(RespCommand.Of("PUBLISH", first, "x"));
        await connection.ExecuteAsync(RespCommand.Of("PUBLISH", second, "x"));

        (await NextAsync(heard)).ShouldBe("second");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        await using var subscriber = new RespSubscriber(RespOptions.Parse("127.0.0.1:1,connectTimeout=200,syncTimeout=200"));

        var error = await Should.ThrowAsync<RespConnectionException>(() => subscriber.SubscribeAsync("bell", _ => { }));

        error.Message.ShouldContain("refused");
    }

    static Task<string> NextAsync(Channel<string> heard) => heard.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
}
