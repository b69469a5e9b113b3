using System.Net;
using System.Net.Sockets;
using Agent.TestKit;

namespace Agent.Resp.Tests;

public class RespConnectionTests
{
    [Theory, OnBothServers]
    public async Task Commands_of_many_callers_each_get_their_own_reply(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();

        var replies = await Task.WhenAll(Enumerable.Range(0, 2000).Select(async number =>
        {
            await connection.ExecuteAsync(RespCommand.Of("SET", $"{key}:{number}", number));
            return (number, (await connection.ExecuteAsync(RespCommand.Of("GET", $"{key}:{number}"))).AsInt64());
        }));

        replies.ShouldAllBe(pair => pair.number == pair.Item2);
        connection.Generation.ShouldBe(1);
        connection.IsConnected.ShouldBeTrue();
    }

    [Theory, OnBothServers]
    public async Task An_error_is_thrown_for_one_command_and_a_value_in_a_batch(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();
        await connection.ExecuteAsync(RespCommand.Of("SET", key, "text"));

        await Should.ThrowAsync<RespServerException>(async () => await connection.ExecuteAsync(RespCommand.Of("LPUSH", key, "x")));
        var batch = await connection.ExecuteAsync(new[] { RespCommand.Of("LPUSH", key, "x"), RespCommand.Of("GET", key) });

        batch[0].Kind.ShouldBe(RespKind.Error);
        batch[1].AsString().ShouldBe("text");
    }

    [Theory, OnBothServers]
    public async Task A_transaction_gives_the_results_and_errors_inside_as_values(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();

        var results = await connection.TransactionAsync(new[] { RespCommand.Of("SET", key, "1"), RespCommand.Of("LPUSH", key, "x"), RespCommand.Of("INCR", key) });

        results.Length.ShouldBe(3);
        results[1].Kind.ShouldBe(RespKind.Error);
        results[2].AsInt64().ShouldBe(2);
    }

    [Theory, OnBothServers]
    public async Task A_transaction_with_an_impossible_command_fails_and_says_why(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();

        var error = await Should.ThrowAsync<RespServerException>(async () =>
            await connection.TransactionAsync(new[] { RespCommand.Of("SET", key, "1"), RespCommand.Of("NOSUCHCOMMAND", key) }));

        error.Message.ShouldContain("unknown", Case.Insensitive);

        // Garnet runs what it could queue.
        (await connection.ExecuteAsync(RespCommand.Of("GET", key))).IsNull.ShouldBe(kind == ServerKind.Redis);
    }

    [Theory, OnBothServers]
    public async Task Watch_is_refused_when_the_key_changed_in_between(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();

        var lost = await connection.WatchAsync([key], async reader =>
        {
            await reader.ExecuteAsync(RespCommand.Of("GET", key));
            await connection.ExecuteAsync(RespCommand.Of("SET", key, "theirs"));
            return [RespCommand.Of("SET", key, "mine")];
        });
        var won = await connection.WatchAsync([key], async reader =>
            (await reader.ExecuteAsync(RespCommand.Of("GET", key))).AsString() == "theirs" ? [RespCommand.Of("SET", key, "mine")] : null);
        var gaveUp = await connection.WatchAsync([key], _ => Task.FromResult<RespCommand[]?>(null));

        lost.ShouldBeNull();
        won.ShouldNotBeNull();
        gaveUp.ShouldBeNull();
        (await connection.ExecuteAsync(RespCommand.Of("GET", key))).AsString().ShouldBe("mine");
    }

    [Theory, OnBothServers]
    public async Task Increments_of_many_watchers_are_all_counted(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            while (await connection.WatchAsync([key], async reader =>
            {
                var value = await reader.ExecuteAsync(RespCommand.Of("GET", key));
                return [RespCommand.Of("SET", key, (value.IsNull ? 0 : value.AsInt64()) + 1)];
            }) is null)
            {
                await Task.Yield();
            }
        }));

        (await connection.ExecuteAsync(RespCommand.Of("GET", key))).AsInt64().ShouldBe(50);
    }

    [Theory, OnBothServers]
    public async Task Large_values_and_long_arrays_come_back_whole(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        var key = OnServer.Key();
        var body = new byte[1_000_000];
        new Random(1).NextBytes(body);

        await connection.ExecuteAsync(RespCommand.Of("SET", key, body));
        await connection.ExecuteAsync(new RespCommand("RPUSH", (RespArgument[])[$"{key}:list", .. Enumerable.Range(0, 20_000).Select(number => (RespArgument)number)]));

        (await connection.ExecuteAsync(RespCommand.Of("GET", key))).AsBytes().ShouldBe(body);
        (await connection.ExecuteAsync(RespCommand.Of("LRANGE", $"{key}:list", 0, -1))).AsArray().Length.ShouldBe(20_000);
    }

    [Theory, OnBothServers]
    public async Task After_a_killed_connection_the_next_command_works_on_a_new_generation(ServerKind kind)
    {
        await using var connection = await OnServer.ConnectAsync(kind);
        await using var other = await OnServer.ConnectAsync(kind);
        var id = (await connection.ExecuteAsync(RespCommand.Of("CLIENT", "ID"))).AsInt64();
        var reconnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Connected += (_, _) => reconnected.TrySetResult();

        await other.ExecuteAsync(RespCommand.Of("CLIENT", "KILL", "ID", id));
        await reconnected.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        (await connection.ExecuteAsync(RespCommand.Of("PING"))).AsString().ShouldBe("PONG");
        connection.Generation.ShouldBe(2);
        await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(new[] { RespCommand.Of("PING") }, onlyGeneration: 1));
    }

    [Theory, OnBothServers]
    public async Task After_a_server_restart_the_data_and_the_connection_are_back(ServerKind kind)
    {
        await using var server = await OnServer.OwnAsync(kind);
        Assert.SkipUnless(server.IsOurs, "AGENT_REDIS is not ours to kill.");
        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString) with { ConnectTimeout = TimeSpan.FromSeconds(20) });
        await connection.ExecuteAsync(RespCommand.Of("SET", "kept", "yes"));
        if (kind == ServerKind.Redis)
        {
            await connection.ExecuteAsync(RespCommand.Of("CONFIG", "SET", "appendfsync", "always"));
            await connection.ExecuteAsync(RespCommand.Of("SET", "kept", "yes"));
        }

        await server.KillAsync();
        var waiting = connection.ExecuteAsync(RespCommand.Of("GET", "kept")).AsTask();
        await server.RestartAsync();

        string? kept;
        try
        {
            kept = (await waiting).AsString();
        }
        catch (RespConnectionException)
        {
            // It was written to the dying connection.
            kept = (await connection.ExecuteAsync(RespCommand.Of("GET", "kept"))).AsString();
        }

        kept.ShouldBe("yes");
    }

    [Theory, OnBothServers]
    public async Task A_server_that_stops_answering_ends_the_wait(ServerKind kind)
    {
        await using var server = await OnServer.OwnAsync(kind);
        Assert.SkipUnless(server.IsOurs, "AGENT_REDIS is not ours to stop.");
        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString) with { CommandTimeout = TimeSpan.FromMilliseconds(300) });
        await connection.ConnectAsync(TestContext.Current.CancellationToken);

        await server.FreezeAsync();
        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("PING")));
        await server.ThawAsync();

        error.Message.ShouldContain("no reply within");
        (await connection.ExecuteAsync(RespCommand.Of("PING"))).AsString().ShouldBe("PONG");
    }

    [Fact]
    public async Task A_cancelled_wait_does_not_disturb_the_others()
    {
        await using var connection = await OnServer.ConnectAsync(ServerKind.Garnet);
        var key = OnServer.Key();
        using var cancelled = new CancellationTokenSource();

        var first = connection.ExecuteAsync(RespCommand.Of("SET", key, "a"), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        var second = await connection.ExecuteAsync(RespCommand.Of("SET", key, "b"));
        var third = await connection.ExecuteAsync(RespCommand.Of("GET", key));

        await first.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        second.AsString().ShouldBe("OK");
        third.AsString().ShouldBe("b");
    }

    [Fact]
    public async Task Refused_names_the_setting_the_server_and_the_cause()
    {
        await using var connection = new RespConnection(RespOptions.Parse("127.0.0.1:1,connectTimeout=200"));

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("PING")));

        error.Message.ShouldContain("ConnectionStrings__redis");
        error.Message.ShouldContain("127.0.0.1:1");
        error.Message.ShouldContain("refused");
    }

    [Theory]
    [InlineData(",password=wrong")]
    [InlineData("")]
    public async Task A_wrong_or_missing_password_is_named_at_once(string password)
    {
        await using var server = await OnServer.OwnAsync(ServerKind.Redis, "--requirepass", "right");
        await using var right = new RespConnection(RespOptions.Parse(server.ConnectionString));
        await using var wrong = new RespConnection(RespOptions.Parse(server.ConnectionString.Split(',')[0] + password));

        (await right.ExecuteAsync(RespCommand.Of("PING"))).AsString().ShouldBe("PONG");
        var error = await Should.ThrowAsync<RespConnectionException>(async () => await wrong.ExecuteAsync(RespCommand.Of("PING")).AsTask().WaitAsync(TimeSpan.FromSeconds(2)));

        error.Message.ShouldContain("password");
        error.Message.ShouldContain("ConnectionStrings__redis");
        error.Message.ShouldNotContain("right");
    }

    [Fact]
    public async Task Something_that_is_not_Redis_is_named_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().ReadExactlyAsync(new byte[14]);
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        await using var connection = new RespConnection(RespOptions.Parse($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port},connectTimeout=2000"));

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("PING")));

        error.Message.ShouldContain("not a Redis server");
        await serving;
    }

    [Theory, OnBothServers]
    public async Task Resp3_works_too(ServerKind kind)
    {
        var server = await OnServer.SharedAsync(kind);
        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString) with { Protocol = 3 });
        var key = OnServer.Key();

        await connection.ExecuteAsync(RespCommand.Of("HSET", key, "a", 1, "b", 2));
        var all = await connection.ExecuteAsync(RespCommand.Of("HGETALL", key));

        all.AsArray().Select(value => value.AsString()).ShouldBe(["a", "1", "b", "2"]);
        (await connection.ExecuteAsync(RespCommand.Of("GET", $"{key}:none"))).IsNull.ShouldBeTrue();
    }
}
