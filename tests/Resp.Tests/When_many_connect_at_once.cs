using Agent.TestKit;

namespace Agent.Resp.Tests;

public class When_many_connect_at_once
{
    const int Connections = 60;

    /// <summary>As the services of a suite do when the server has just been started (again).</summary>
    [Theory, OnBothServers]
    public async Task All_of_them_are_answered(ServerKind kind)
    {
        await using var server = await OnServer.OwnAsync(kind, []);
        var connections = Enumerable.Range(0, Connections).Select(_ => new RespConnection(RespOptions.Parse(server.ConnectionString) with { CommandTimeout = TimeSpan.FromSeconds(30) })).ToList();

        var replies = await Task.WhenAll(connections.Select((connection, number) => Task.Run(async () =>
        {
            for (var round = 0; round < 20; round++)
            {
                await connection.TransactionAsync(new[] { RespCommand.Of("SET", $"key.{number}", round), RespCommand.Of("INCR", "all") });
            }

            return (await connection.ExecuteAsync(RespCommand.Of("GET", $"key.{number}"))).AsString();
        })));

        replies.ShouldAllBe(reply => reply == "19");
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }
}
