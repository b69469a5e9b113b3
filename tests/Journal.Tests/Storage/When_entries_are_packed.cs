using System.Text;
using Agent.Contracts;
using Agent.Journal.Replaying;
using Agent.Journal.Storage;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Storage;

public class When_entries_are_packed
{
    /// <summary>The events and actors of a real run: three turns of a model, two tool calls, a review.</summary>
    [Theory, OnBothServers]
    public async Task They_take_little_more_than_their_events_and_read_as_before(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var recorded = RecordedRun.Parse(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Approved", "Journals", "replace-a-word.v1.jsonl")));
        var (runId, head) = (Guid.CreateVersion7(), JournalHead.Empty);
        foreach (var entry in recorded.Entries)
        {
            head = (await world.Journal.AppendAsync(runId, head, [entry.Event], entry.Actor)).ShouldBeOfType<AppendResult.Appended>().Head;
        }

        var (_, _, reader) = world.Another();
        var (stored, events) = (0L, 0L);
        await foreach (var entry in reader.ReadAsync(runId))
        {
            byte[] read = [.. Encoding.ASCII.GetBytes(entry.Hash), .. entry.Canonical.Span];
            read.ShouldBe(EntryCodec.Encode(runId, entry.Sequence, entry.PreviousHash, entry.At, entry.Actor, entry.Event));
            entry.Actor.ShouldBe(recorded.Entries[(int)entry.Sequence - 1].Actor);
            CanonicalJson.Of(entry.Event).ShouldBe(CanonicalJson.Of(recorded.Entries[(int)entry.Sequence - 1].Event));
            stored += (await world.Connection.ExecuteAsync(RespCommand.Of("STRLEN", JournalKeys.Entry(runId, entry.Sequence)))).AsInt64();
            events += entry.Canonical.Span[Envelope.Read(entry.Canonical.Span).Data].Length;
        }

        ((double)stored / events).ShouldBeLessThan(1.3);
        (await reader.VerifyAsync(runId)).ShouldBe(new ChainVerdict(recorded.Entries.Count, head, null, null));
        (await reader.HeadAsync(runId)).ShouldBe(head);
        (await reader.LoadAsync(runId))!.Phase.ShouldBe(RunPhase.Succeeded);
    }

    [Theory, OnBothServers]
    public async Task Older_ones_among_them_are_read_and_gone_on_from(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        head = await world.AppendAsync(runId, head, new RunPaused("ada"), new RunResumed("ada"), new RunPaused("ada"));
        var before = await world.ReadAsync(runId);

        foreach (var entry in before.Where(entry => entry.Sequence is 2 or 4))
        {
            await PutAsync(world, runId, entry.Sequence, [.. Encoding.ASCII.GetBytes(entry.Hash), .. entry.Canonical.Span]);
        }

        var (_, _, other) = world.Another();
        (await other.VerifyAsync(runId)).ShouldBe(new ChainVerdict(4, head, null, null));
        (await other.AppendAsync(runId, head, [new RunResumed("ada")], "other")).ShouldBeOfType<AppendResult.Appended>();
        var after = await world.ReadAsync(runId);
        after[..4].Select(entry => entry.Hash).ShouldBe(before.Select(entry => entry.Hash));
        after[..4].Select(entry => entry.Canonical.ToArray()).ShouldBe(before.Select(entry => entry.Canonical.ToArray()));
        (await world.Journal.VerifyAsync(runId)).Entries.ShouldBe(5);
    }

    [Theory, OnBothServers]
    public async Task One_put_into_anothers_place_is_found(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        await world.AppendAsync(runId, head, new RunPaused("ada"), new RunPaused("ada"), new RunPaused("ada"));

        await PutAsync(world, runId, 3, await GetAsync(world, runId, 2));

        var verdict = await world.Journal.VerifyAsync(runId);
        (verdict.BrokenAt, verdict.Reason).ShouldBe((3, "its hash is not the one of its content and the entry before it"));
    }

    [Theory, OnBothServers]
    public async Task One_that_can_not_be_unpacked_is_named_and_not_read_over(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        foreach (var at in (long[])[1, 2, 3])
        {
            var (runId, head) = await world.SubmitAsync();
            head = await world.AppendAsync(runId, head, new RunPaused("ada"), new RunResumed("ada"));
            var (whole, before) = (await GetAsync(world, runId, at), (await world.ReadAsync(runId)).Select(entry => entry.Head).Prepend(JournalHead.Empty).ElementAt((int)at - 1));

            foreach (var broken in (byte[][])[[], whole[..1], whole[..20], whole[..48], [2, .. whole[1..]], [0xff, .. new byte[200]], [1, .. new byte[32], .. Enumerable.Repeat((byte)0xff, 200)]])
            {
                await PutAsync(world, runId, at, broken);
                var (_, _, other) = world.Another();

                (await other.VerifyAsync(runId)).ShouldBe(new ChainVerdict(at - 1, before, at, "it is cut off, or in a form this program does not know"));
                (await Should.ThrowAsync<JournalFormatException>(() => other.LoadAsync(runId))).Message.ShouldContain("a form this program does not know");
                (await Should.ThrowAsync<JournalFormatException>(async () => await other.ReadAsync(runId).LastAsync())).Message.ShouldContain("a form this program does not know");
                if (at == 3)
                {
                    await Should.ThrowAsync<JournalFormatException>(() => other.HeadAsync(runId));
                    await Should.ThrowAsync<JournalFormatException>(() => other.AppendAsync(runId, head, [new RunPaused("ada")], "other"));
                }
            }

            await PutAsync(world, runId, at, whole);
            (await world.Journal.VerifyAsync(runId)).Holds.ShouldBeTrue();
        }
    }

    [Theory, OnBothServers]
    public async Task One_that_does_not_fit_lies_there_as_it_is(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();

        await world.Journal.AppendAsync(runId, head, [new RunPaused("ada")], new string('x', 300));

        var entry = (await world.ReadAsync(runId))[1];
        (await GetAsync(world, runId, 2)).ShouldBe([.. Encoding.ASCII.GetBytes(entry.Hash), .. entry.Canonical.Span]);
        (await world.Journal.VerifyAsync(runId)).Entries.ShouldBe(2);
    }

    static async Task<byte[]> GetAsync(JournalWorld world, Guid runId, long sequence) =>
        (await world.Connection.ExecuteAsync(RespCommand.Of("GET", JournalKeys.Entry(runId, sequence)))).AsBytes()!;

    static async Task PutAsync(JournalWorld world, Guid runId, long sequence, byte[] stored) =>
        await world.Connection.ExecuteAsync(RespCommand.Of("SET", JournalKeys.Entry(runId, sequence), stored));
}
