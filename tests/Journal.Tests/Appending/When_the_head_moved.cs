using Agent.Contracts;
using Agent.TestKit;

namespace Agent.Journal.Tests.Appending;

public class When_the_head_moved
{
    [Theory, OnBothServers]
    public async Task The_append_is_refused_with_the_current_head(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, first) = await world.SubmitAsync();
        var second = await world.AppendAsync(runId, first, new RunPaused("ada"), new RunResumed("ada"));

        var refused = await world.Journal.AppendAsync(runId, first, [new RunPaused("grace")], "test");

        refused.ShouldBe(new AppendResult.Moved(second));
        (await world.ReadAsync(runId)).Count.ShouldBe(3);
    }

    [Theory, OnBothServers]
    public async Task A_process_that_never_saw_the_run_is_refused_too(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, first) = await world.SubmitAsync();
        var second = await world.AppendAsync(runId, first, new RunPaused("ada"));

        var refused = await world.Another().Journal.AppendAsync(runId, first, [new RunPaused("grace")], "other");

        refused.ShouldBe(new AppendResult.Moved(second));
    }

    [Theory, OnBothServers]
    public async Task A_head_of_another_history_is_refused(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, first) = await world.SubmitAsync();

        var refused = await world.Another().Journal.AppendAsync(runId, new JournalHead(1, new string('a', 64)), [new RunPaused("grace")], "other");
        var beyond = await world.Another().Journal.AppendAsync(runId, new JournalHead(9, new string('a', 64)), [new RunPaused("grace")], "other");

        refused.ShouldBe(new AppendResult.Moved(first));
        beyond.ShouldBe(new AppendResult.Moved(first));
    }

    [Theory, OnBothServers]
    public async Task A_run_is_created_once(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, first) = await world.SubmitAsync();

        (await world.Journal.AppendAsync(runId, JournalHead.Empty, [Sample.Submitted("again")], "test")).ShouldBe(new AppendResult.Moved(first));
        (await world.Another().Journal.AppendAsync(runId, JournalHead.Empty, [Sample.Submitted("again")], "other")).ShouldBe(new AppendResult.Moved(first));
    }

    [Theory, OnBothServers]
    public async Task Of_many_writers_each_position_has_one_and_batches_stay_whole(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, first) = await world.SubmitAsync();

        var won = await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(() => WriteAsync(world.Another().Journal, runId, first, $"w{writer}"))));

        var entries = await world.ReadAsync(runId);
        entries.Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(1, entries.Count).Select(number => (long)number));
        entries.Count.ShouldBe(1 + won.Sum());
        (await world.Journal.VerifyAsync(runId)).Holds.ShouldBeTrue();
        foreach (var pair in entries.Skip(1).Chunk(2))
        {
            pair[0].Actor.ShouldBe(pair[1].Actor);
            pair[0].Event.ShouldBeOfType<RunPaused>().Principal.ShouldBe(pair[1].Event.ShouldBeOfType<RunResumed>().Principal);
        }
    }

    static async Task<int> WriteAsync(RunJournal journal, Guid runId, JournalHead head, string name)
    {
        var written = 0;
        for (var turn = 0; turn < 60; turn++)
        {
            switch (await journal.AppendAsync(runId, head, [new RunPaused($"{name}.{turn}"), new RunResumed($"{name}.{turn}")], name))
            {
                case AppendResult.Appended(var mine):
                    head = mine;
                    written += 2;
                    break;
                case AppendResult.Moved(var theirs):
                    head = theirs;
                    break;
            }
        }

        return written;
    }
}
