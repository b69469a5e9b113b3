using System.Text;
using Agent.Contracts;
using Agent.Journal.Retention;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Retention;

public class RunArchiveTests
{
    [Theory, OnBothServers]
    public async Task A_removed_run_leaves_nothing_behind_and_its_artefacts_go_with_the_last_that_needs_them(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var artefacts = new Artefacts(world.Connection);
        var archive = new RunArchive(world.Connection, world.Journal, artefacts);
        var (first, firstHead) = await world.SubmitAsync();
        var (second, secondHead) = await world.SubmitAsync();
        var shared = await artefacts.PutAsync(first, "shared"u8.ToArray());
        await artefacts.PutAsync(second, "shared"u8.ToArray());
        var own = await artefacts.PutAsync(first, "own"u8.ToArray());
        await world.AppendAsync(first, firstHead, [.. Enumerable.Range(0, 900).Select(number => new RunPaused($"{number}")), new RunEnded(RunPhase.Succeeded, StopReason.Done, "")]);
        await world.AppendAsync(second, secondHead, new RunEnded(RunPhase.Failed, StopReason.Budget, ""));
        await world.Journal.DisposeAsync();
        await world.Journal.ListAsync();

        (await archive.RemoveEndedBeforeAsync(DateTimeOffset.MinValue.AddYears(1))).ShouldBe(0);
        await archive.RemoveAsync(first);
        (await artefacts.GetAsync(own)).ShouldBeNull();
        (await artefacts.GetAsync(shared)).ShouldNotBeNull();
        (await world.Journal.ListAsync()).Single().RunId.ShouldBe(second);
        (await world.Journal.LoadAsync(first)).ShouldBeNull();

        (await archive.RemoveEndedBeforeAsync(TimeProvider.System.GetUtcNow().AddMinutes(1))).ShouldBe(1);
        (await world.Connection.ExecuteAsync(RespCommand.Of("DBSIZE"))).AsInt64().ShouldBe(0);
    }

    [Theory, OnBothServers]
    public async Task An_open_run_is_not_removed(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, _) = await world.SubmitAsync();

        await Should.ThrowAsync<InvalidOperationException>(() => new RunArchive(world.Connection, world.Journal, new Artefacts(world.Connection)).RemoveAsync(runId));

        (await world.Journal.LoadAsync(runId)).ShouldNotBeNull();
    }

    [Theory, OnBothServers]
    public async Task An_exported_run_is_a_line_per_entry(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        await world.AppendAsync(runId, head, new RunPaused("ada"));
        using var target = new MemoryStream();

        (await new RunArchive(world.Connection, world.Journal, new Artefacts(world.Connection)).ExportAsync(runId, target)).ShouldBe(2);

        var lines = Encoding.UTF8.GetString(target.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(line => Sample.Json(line).GetProperty("type").GetString()).ShouldBe(["RunSubmitted", "RunPaused"]);
        Sample.Json(lines[1]).GetProperty("prev").GetString().ShouldBe(Sample.Json(lines[0]).GetProperty("hash").GetString());
        foreach (var line in lines)
        {
            CanonicalJson.Of(Sample.Json(line)).ShouldBe(Encoding.UTF8.GetBytes(line));
        }
    }

    [Theory, OnBothServers]
    public async Task Artefacts_are_what_their_digest_says_and_not_too_large(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var artefacts = new Artefacts(world.Connection);

        var digest = await artefacts.PutAsync(new byte[] { 0, 255, 10 });
        (await artefacts.GetAsync(digest)).ShouldBe([0, 255, 10]);
        (await artefacts.GetAsync(new string('0', 64))).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(() => artefacts.PutAsync(new byte[Artefacts.SizeLimit + 1]));

        await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"a:{{{digest}}}", "other"));
        await Should.ThrowAsync<JournalFormatException>(() => artefacts.GetAsync(digest));
    }
}
