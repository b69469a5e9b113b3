using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Appending;

public class When_the_server_is_killed
{
    [Theory, OnBothServers]
    public async Task Nothing_appended_is_lost_nothing_is_there_twice_and_the_chain_holds(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.SubmitAsync()));
        using var stop = new CancellationTokenSource();
        var answered = new ConcurrentBag<string>();

        var writers = runs.SelectMany(run => new[] { 1, 2 }.Select(number => Task.Run(() => WriteAsync(world.Another().Journal, run.RunId, run.Head, $"w{number}", answered, stop.Token)))).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await Until(() => answered.Count > 200 * (round + 1));
            await world.Server.KillAndRestartAsync();
        }

        await Until(() => answered.Count > 800);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        var present = new List<string>();
        foreach (var (runId, _) in runs)
        {
            (await world.Journal.VerifyAsync(runId)).Holds.ShouldBeTrue();
            present.AddRange((await world.ReadAsync(runId)).Select(entry => entry.Event).OfType<RunPaused>().Select(paused => $"{runId} {paused.Principal}"));
        }

        present.Distinct().Count().ShouldBe(present.Count);
        answered.Except(present).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_head_the_restarted_server_does_not_know_is_refused()
    {
        // No append-only file: the restarted server has forgotten everything, and must not be given the middle of a journal.
        await using var server = await RedisServer.TryStartRedisAsync(["--appendonly", "no"]);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Redis));
        await using var connection = new RespConnection(RespOptions.Parse(server.ConnectionString));
        await using var subscriber = new RespSubscriber(RespOptions.Parse(server.ConnectionString));
        var journal = new RunJournal(connection, subscriber, TimeProvider.System);
        var runId = Guid.CreateVersion7();
        var head = ((AppendResult.Appended)await journal.AppendAsync(runId, JournalHead.Empty, [Sample.Submitted(), new RunPaused("ada")], "test")).Head;

        await server.KillAndRestartAsync();
        var refused = await journal.AppendAsync(runId, head, [new RunResumed("ada")], "test");

        refused.ShouldBe(new AppendResult.Moved(JournalHead.Empty));
    }

    [Theory, OnBothServers]
    public async Task An_append_whose_reply_was_lost_is_told_from_the_journal(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        await using var proxy = await CuttingProxy.StartAsync(world.Server.ConnectionString);
        await using var connection = new RespConnection(RespOptions.Parse(proxy.ConnectionString));
        var journal = new RunJournal(connection, world.Subscriber, TimeProvider.System);

        proxy.CutReplyAfter("MSETNX");
        var result = await journal.AppendAsync(runId, head, [new RunPaused("ada"), new RunResumed("ada")], "test");

        result.ShouldBeOfType<AppendResult.Appended>().Head.Sequence.ShouldBe(3);
        proxy.Cuts.ShouldBe(1);
        (await world.ReadAsync(runId)).Count.ShouldBe(3);
    }

    [Theory, OnBothServers]
    public async Task An_append_that_never_reached_the_server_is_sent_again(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        await using var proxy = await CuttingProxy.StartAsync(world.Server.ConnectionString);
        await using var connection = new RespConnection(RespOptions.Parse(proxy.ConnectionString));
        var journal = new RunJournal(connection, world.Subscriber, TimeProvider.System);

        proxy.CutBefore("MSETNX");
        var result = await journal.AppendAsync(runId, head, [new RunPaused("ada")], "test");

        result.ShouldBeOfType<AppendResult.Appended>().Head.Sequence.ShouldBe(2);
        (await world.ReadAsync(runId)).Count.ShouldBe(2);
    }

    static async Task WriteAsync(RunJournal journal, Guid runId, JournalHead head, string name, ConcurrentBag<string> answered, CancellationToken stop)
    {
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            var mark = $"{name}.{turn}";
            try
            {
                switch (await journal.AppendAsync(runId, head, [new RunPaused(mark), new RunResumed(mark)], name, CancellationToken.None))
                {
                    case AppendResult.Appended(var mine):
                        head = mine;
                        answered.Add($"{runId} {mark}");
                        break;
                    case AppendResult.Moved(var theirs):
                        head = theirs;
                        break;
                }
            }
            catch (RespConnectionException)
            {
                // Unknown: the mark is not used again.
                continue;
            }
        }
    }

    static async Task Until(Func<bool> reached)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!reached())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
