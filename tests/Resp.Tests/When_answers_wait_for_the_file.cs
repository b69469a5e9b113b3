using Agent.TestKit;

namespace Agent.Resp.Tests;

public class When_answers_wait_for_the_file
{
    static string Answer(string command) => command switch
    {
        "SET" or "COMMITAOF" or "MULTI" => "+OK\r\n",
        "PING" => "+PONG\r\n",
        "LMOVE" or "GET" => "$-1\r\n",
        "INFO" or "CLUSTER" => "-ERR none of these\r\n",
        "EXEC" => "*1\r\n+OK\r\n",
        _ => "-ERR unknown command\r\n",
    };

    [Fact]
    public async Task What_was_written_is_answered_when_the_file_has_it_and_what_was_read_at_once()
    {
        await using var server = new ScriptedServer(Answer);
        var saved = server.Held["COMMITAOF"] = new TaskCompletionSource();
        await using var connection = new RespConnection(RespOptions.Parse($"{server.Address},commitAof=true"));
        await connection.ConnectAsync(TestContext.Current.CancellationToken);

        var get = connection.ExecuteAsync(RespCommand.Of("GET", "key"));
        (await get).IsNull.ShouldBeTrue();
        (await connection.ExecuteAsync(RespCommand.Of("LMOVE", "ready", "taken", "RIGHT", "LEFT"))).IsNull.ShouldBeTrue();
        var set = connection.ExecuteAsync(RespCommand.Of("SET", "key", "value")).AsTask();
        var heard = await server.HeardAsync("COMMITAOF", 1);

        heard.TakeLast(4).ShouldBe(["GET", "LMOVE", "SET", "COMMITAOF"]);
        set.IsCompleted.ShouldBeFalse();
        saved.SetResult();
        (await set).AsString().ShouldBe("OK");
    }

    [Fact]
    public async Task One_request_serves_all_that_went_out_together()
    {
        await using var server = new ScriptedServer(Answer);
        await using var connection = new RespConnection(RespOptions.Parse($"{server.Address},commitAof=true"));
        await connection.ConnectAsync(TestContext.Current.CancellationToken);

        var batch = await connection.ExecuteAsync(Enumerable.Range(0, 20).Select(number => RespCommand.Of("SET", $"key{number}", "value")).ToArray(), null, TestContext.Current.CancellationToken);

        batch.ShouldAllBe(reply => reply.AsString() == "OK");
        (await server.HeardAsync("COMMITAOF", 1)).Count(command => command == "COMMITAOF").ShouldBe(1);
    }

    [Fact]
    public async Task A_hasty_transaction_does_not_wait()
    {
        await using var server = new ScriptedServer(Answer);
        server.Held["COMMITAOF"] = new TaskCompletionSource();
        await using var connection = new RespConnection(RespOptions.Parse($"{server.Address},commitAof=true"));

        var replies = await connection.TransactionAsync(new[] { RespCommand.Of("SET", "key", "value") }, hasty: true, TestContext.Current.CancellationToken);

        replies.Single().AsString().ShouldBe("OK");
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_file_has_it_leaves_it_open_whether_it_was_done()
    {
        await using var server = new ScriptedServer(Answer);
        server.Held["COMMITAOF"] = new TaskCompletionSource();
        await using var connection = new RespConnection(RespOptions.Parse($"{server.Address},commitAof=true,connectTimeout=100"));
        var set = connection.ExecuteAsync(RespCommand.Of("SET", "key", "value")).AsTask();
        await server.HeardAsync("COMMITAOF", 1);

        server.HangUp();

        (await Should.ThrowAsync<RespConnectionException>(set)).Message.ShouldContain("may or may not have been done");
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_request_is_told_from_one_that_does()
    {
        await using var server = await RedisServer.TryStartRedisAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(server is null, "redis-server is not installed.");
        await using var connection = new RespConnection(RespOptions.Parse(server!.ConnectionString + ",commitAof=true"));

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("SET", "key", "value")));

        error.Message.ShouldContain("COMMITAOF");
        error.Message.ShouldContain("leave it out");
    }
}
