using Agent.Contracts;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Reading;

public class When_a_journal_is_read
{
    [Theory, OnBothServers]
    public async Task Long_ones_come_whole_from_any_position(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        for (var number = 0; number < 5; number++)
        {
            head = await world.AppendAsync(runId, head, [.. Enumerable.Range(0, 300).Select(position => new RunPaused($"{number}.{position}"))]);
        }

        (await world.ReadAsync(runId)).Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(1, 1501).Select(number => (long)number));
        (await world.ReadAsync(runId, 1500)).Select(entry => entry.Sequence).ShouldBe([1500, 1501]);
        (await world.ReadAsync(runId, 1501))[0].PreviousHash.ShouldBe((await world.ReadAsync(runId, 1500))[0].Hash);
        (await world.ReadAsync(runId, 1502)).ShouldBeEmpty();
        (await world.ReadAsync(runId, 9999)).ShouldBeEmpty();
        (await world.Another().Journal.HeadAsync(runId)).ShouldBe(head);
    }

    [Theory, OnBothServers]
    public async Task There_is_nothing_of_a_run_that_is_not_there(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var runId = Guid.CreateVersion7();

        (await world.Journal.LoadAsync(runId)).ShouldBeNull();
        (await world.Journal.HeadAsync(runId)).ShouldBe(JournalHead.Empty);
        (await world.ReadAsync(runId)).ShouldBeEmpty();
        (await world.Journal.VerifyAsync(runId)).ShouldBe(new ChainVerdict(0, JournalHead.Empty, null, null));
    }

    [Theory, OnBothServers]
    public async Task A_wrong_hint_costs_time_only(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        head = await world.AppendAsync(runId, head, new RunPaused("ada"));
        await world.Journal.DisposeAsync();

        foreach (var hint in (string[])["1", "2", "700", "0"])
        {
            await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"j:{{{runId}}}:head", hint));
            (await world.Another().Journal.HeadAsync(runId)).ShouldBe(head);
        }
    }

    [Theory, OnBothServers]
    public async Task A_changed_entry_is_found(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        await world.AppendAsync(runId, head, new RunPaused("ada"), new RunResumed("ada"));
        (await world.Journal.VerifyAsync(runId)).Entries.ShouldBe(3);

        var stored = (await world.Connection.ExecuteAsync(RespCommand.Of("GET", $"j:{{{runId}}}:2"))).AsBytes()!;
        "eve"u8.CopyTo(stored.AsSpan(stored.AsSpan().LastIndexOf("ada"u8)));
        await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"j:{{{runId}}}:2", stored));
        var changed = await world.Journal.VerifyAsync(runId);

        (changed.Holds, changed.BrokenAt, changed.Entries).ShouldBe((false, 2, 1));
    }

    [Theory, OnBothServers]
    public async Task Another_runs_entry_in_its_place_is_found(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, _) = await world.SubmitAsync();
        var (other, _) = await world.SubmitAsync();

        var stored = (await world.Connection.ExecuteAsync(RespCommand.Of("GET", $"j:{{{other}}}:1"))).AsBytes()!;
        await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"j:{{{runId}}}:1", stored));
        (await world.Journal.VerifyAsync(runId)).Reason.ShouldBe("its hash is not the one of its content and the entry before it");

        // An older program's says whose it is.
        await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"j:{{{runId}}}:1", Storage.StoredBy.Hand(other, JournalHead.Empty, Sample.Submitted())));
        (await world.Journal.VerifyAsync(runId)).Reason.ShouldBe($"it belongs to run {other}");
    }

    [Theory, OnBothServers]
    public async Task Appends_are_heard_by_other_processes(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var heard = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (runId, head) = await world.SubmitAsync();
        await using var bells = await world.Another().Journal.OnAppendedAsync((run, sequence) =>
        {
            if (run == runId && sequence == 2)
            {
                heard.TrySetResult(sequence);
            }
        });

        await world.AppendAsync(runId, head, new RunPaused("ada"));

        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe(2);
    }
}
