using System.Collections.Concurrent;
using Agent.TestKit;

namespace Agent.Resp.Tests;

public class When_the_server_is_killed_again_and_again
{
    [Theory, OnBothServers]
    public async Task What_it_answered_is_there_and_transactions_are_whole(ServerKind kind)
    {
        // With everysec Redis puts off its writes while a slow disk syncs, and a kill then loses what it answered meanwhile.
        await using var server = await OnServer.OwnAsync(kind, kind == ServerKind.Redis ? ["--appendfsync", "always"] : []);
        var answered = new ConcurrentBag<string>();
        for (var round = 0; round < 4; round++)
        {
            var before = answered.Count;
            using var killed = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 6).Select(writer => Task.Run(() => WriteAsync(server.ConnectionString, $"{round}.{writer}", answered, killed.Token))).ToArray();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            while (answered.Count < before + 2000)
            {
                await Task.Delay(20, limit.Token);
            }

            await server.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(writers);
            await server.RestartAsync();
        }

        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString));
        foreach (var keys in answered.Chunk(500))
        {
            var values = await connection.ExecuteAsync(RespCommand.Of("MGET", [.. keys.SelectMany(key => new RespArgument[] { key + ":a", key + ":b" })]));
            keys.Where((_, i) => values.AsArray()[2 * i].IsNull || values.AsArray()[(2 * i) + 1].IsNull).Order().ShouldBeEmpty();
        }
    }

    static async Task WriteAsync(string server, string name, ConcurrentBag<string> answered, CancellationToken killed)
    {
        await using var connection = new RespConnection(RespOptions.Parse(server));
        try
        {
            for (var number = 0; !killed.IsCancellationRequested; number++)
            {
                var key = $"{name}.{number}";
                await connection.TransactionAsync(new[] { RespCommand.Of("SET", key + ":a", new byte[300]), RespCommand.Of("SET", key + ":b", new byte[300]) }, killed);
                answered.Add(key);
            }
        }
        catch (Exception exception) when (exception is RespConnectionException or OperationCanceledException)
        {
            // Killed: the round is over.
        }
    }
}
