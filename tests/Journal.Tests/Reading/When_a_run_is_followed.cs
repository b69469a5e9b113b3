using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.TestKit;

namespace Agent.Journal.Tests.Reading;

public class When_a_run_is_followed
{
    [Theory, OnBothServers]
    public async Task Every_entry_comes_once_in_order_until_the_run_ends(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        var following = FollowAsync(world.Another().Journal, runId, 1);

        for (var number = 0; number < 100; number++)
        {
            head = await world.AppendAsync(runId, head, new RunPaused($"{number}"), new RunResumed($"{number}"));
        }

        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Succeeded, StopReason.Done, "# Report"));

        (await following).ShouldBe(Enumerable.Range(1, 202).Select(number => (long)number));
    }

    [Theory, OnBothServers]
    public async Task It_begins_at_the_cursor_even_one_that_is_still_to_come(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        var fromTwo = FollowAsync(world.Journal, runId, 2);
        var fromThree = FollowAsync(world.Another().Journal, runId, 3);

        head = await world.AppendAsync(runId, head, new RunPaused("ada"));
        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Cancelled, StopReason.Operator, ""));

        (await fromTwo).ShouldBe([2, 3]);
        (await fromThree).ShouldBe([3]);
    }

    [Theory, OnBothServers]
    public async Task A_restarted_server_makes_no_gap_and_no_repeat(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        var following = FollowAsync(world.Another().Journal, runId, 1);

        for (var number = 0; number < 30; number++)
        {
            if (number % 10 == 5)
            {
                await world.Server.KillAndRestartAsync();
            }

            head = await world.AppendAsync(runId, head, new RunPaused($"{number}"));
        }

        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Succeeded, StopReason.Done, "# Report"));

        (await following).ShouldBe(Enumerable.Range(1, 32).Select(number => (long)number));
    }

    /// <summary>Bells that follow each other quickly are rung together: none of them is lost by it.</summary>
    [Theory, OnBothServers]
    public async Task Of_many_runs_that_grow_at_once_each_is_heard_of(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var runs = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => world.SubmitAsync()));
        var heard = new ConcurrentDictionary<Guid, long>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = await world.Another().Journal.OnAppendedAsync((runId, sequence) =>
        {
            heard[runId] = sequence;
            if (runs.All(run => heard.GetValueOrDefault(run.RunId) == 4))
            {
                all.TrySetResult();
            }
        });

        await Task.WhenAll(runs.Select(async run =>
        {
            var head = run.Head;
            foreach (var number in (int[])[1, 2, 3])
            {
                head = await world.AppendAsync(run.RunId, head, new RunPaused($"{number}"));
            }
        }));

        await all.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Theory, OnBothServers]
    public async Task Without_a_bell_it_looks_by_itself(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, _) = await world.SubmitAsync();
        var entries = await world.ReadAsync(runId);
        var following = FollowAsync(world.Journal, runId, 2);

        // Written past the journal, so nothing rings.
        var stored = Storage.StoredBy.Hand(runId, entries[0].Head, new RunEnded(RunPhase.Failed, StopReason.Infrastructure, ""));
        await world.Connection.ExecuteAsync(Resp.RespCommand.Of("SET", $"j:{{{runId}}}:2", stored));

        (await following).ShouldBe([2]);
    }

    static async Task<List<long>> FollowAsync(RunJournal journal, Guid runId, long from)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = new List<long>();
        await foreach (var entry in journal.FollowAsync(runId, from, limit.Token))
        {
            seen.Add(entry.Sequence);
        }

        return seen;
    }
}
