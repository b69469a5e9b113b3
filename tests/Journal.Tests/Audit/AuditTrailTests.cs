using Agent.Contracts;
using Agent.Journal.Audit;
using Agent.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Journal.Tests.Audit;

public sealed class AuditTrailTests : IDisposable
{
    readonly AuditFiles _files = new(Path.Combine(Directory.CreateTempSubdirectory("agent-audit-").FullName, "audit"));

    [Theory, OnBothServers]
    public async Task Every_entry_of_every_run_is_in_a_file_that_verifies(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (before, beforeHead) = await world.SubmitAsync();
        await world.AppendAsync(before, beforeHead, new RunEnded(RunPhase.Succeeded, StopReason.Done, ""));
        using var trail = await StartAsync(world);

        var (runId, head) = await world.SubmitAsync();
        await world.AppendAsync(runId, head, [.. Sample.All[1..]]);

        await EndedAsync(before, runId);
        (await _files.VerifyAsync(before)).Chain.Entries.ShouldBe(2);
        var verdict = await _files.VerifyAsync(runId);
        (verdict.Chain.Holds, verdict.Chain.Entries, verdict.Ended).ShouldBe((true, Sample.All.Length, true));
        verdict.Chain.Head.ShouldBe(await world.Journal.HeadAsync(runId));
        await trail.StopAsync(CancellationToken.None);
    }

    [Theory, OnBothServers]
    public async Task A_writer_that_died_within_a_line_goes_on_behind_the_last_whole_one(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        head = await world.AppendAsync(runId, head, new RunPaused("ada"));
        using (var first = await StartAsync(world))
        {
            await Until(async () => File.Exists(_files.PathOf(runId)) && (await _files.VerifyAsync(runId)).Chain.Entries == 2);
            await first.StopAsync(CancellationToken.None);
        }

        await File.WriteAllBytesAsync(_files.PathOf(runId), (await File.ReadAllBytesAsync(_files.PathOf(runId)))[..^20]);
        (await _files.VerifyAsync(runId)).Chain.Reason.ShouldBe("the last line is cut off");
        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Failed, StopReason.Budget, ""));
        using var second = await StartAsync(world);

        await EndedAsync(runId);
        (await _files.VerifyAsync(runId)).Chain.Entries.ShouldBe(3);
        await second.StopAsync(CancellationToken.None);
    }

    [Theory, OnBothServers]
    public async Task Of_two_writers_one_writes_and_the_other_takes_over(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var first = await StartAsync(world);
        using var second = await StartAsync(world);
        var (runId, head) = await world.SubmitAsync();
        head = await world.AppendAsync(runId, head, new RunPaused("ada"), new RunResumed("ada"));
        await Until(async () => File.Exists(_files.PathOf(runId)) && (await _files.VerifyAsync(runId)).Chain.Entries == 3);

        await first.StopAsync(CancellationToken.None);
        first.Dispose();
        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Failed, StopReason.Budget, ""));

        await EndedAsync(runId);
        (await _files.VerifyAsync(runId)).Chain.Entries.ShouldBe(4);
        await second.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("\"ada\"", "\"eve\"", 1)]
    [InlineData("\"prev\":\"0", "\"prev\":\"1", 1)]
    [InlineData("\"type\":\"RunPaused\"", "\"type\":\"RunResumed\"", 2)]
    public async Task A_changed_file_is_found(string there, string instead, int brokenAt)
    {
        Directory.CreateDirectory(_files.Directory);
        await _files.AppendAsync(Chain.RunId, Chain.Of(Sample.Submitted(), new RunPaused("grace")), CancellationToken.None);
        (await _files.VerifyAsync(Chain.RunId)).Chain.Holds.ShouldBeTrue();

        await File.WriteAllTextAsync(_files.PathOf(Chain.RunId), (await File.ReadAllTextAsync(_files.PathOf(Chain.RunId))).Replace(there, instead));

        (await _files.VerifyAsync(Chain.RunId)).Chain.BrokenAt.ShouldBe(brokenAt);
    }

    /// <summary>The approved file was made by another program, from the description in docs/journal.md alone.</summary>
    [Theory]
    [InlineData(5, 250)]
    [InlineData(200, 800)]
    [InlineData(3000, 2000)]
    public void It_copies_for_a_fifth_of_the_time_and_is_never_more_than_two_seconds_late(int copyingMs, int pauseMs) =>
        AuditTrail.PauseAfter(TimeSpan.FromMilliseconds(copyingMs)).ShouldBe(TimeSpan.FromMilliseconds(pauseMs));

    [Fact]
    public async Task A_file_somebody_else_wrote_by_the_description_verifies()
    {
        var verdict = await new AuditFiles(Path.Combine(AppContext.BaseDirectory, "Approved", "Audit")).VerifyAsync(Chain.RunId);

        (verdict.Chain.Holds, verdict.Chain.Entries, verdict.Ended).ShouldBe((true, 3, true));
    }

    [Fact]
    public async Task A_missing_line_is_found()
    {
        Directory.CreateDirectory(_files.Directory);
        await _files.AppendAsync(Chain.RunId, Chain.Of(Sample.Submitted(), new RunPaused("ada"), new RunResumed("ada")), CancellationToken.None);
        var lines = await File.ReadAllLinesAsync(_files.PathOf(Chain.RunId));

        await File.WriteAllLinesAsync(_files.PathOf(Chain.RunId), [lines[0], lines[2]]);

        (await _files.VerifyAsync(Chain.RunId)).Chain.BrokenAt.ShouldBe(2);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_files.Directory)!, recursive: true);

    async Task<AuditTrail> StartAsync(JournalWorld world)
    {
        var trail = new AuditTrail(world.Another().Journal, _files, TimeProvider.System, NullLogger<AuditTrail>.Instance);
        await trail.StartAsync(CancellationToken.None);
        return trail;
    }

    Task EndedAsync(params Guid[] runs) => Until(async () =>
    {
        foreach (var runId in runs)
        {
            if (!File.Exists(_files.PathOf(runId)) || !(await _files.VerifyAsync(runId)).Ended)
            {
                return false;
            }
        }

        return true;
    });

    static async Task Until(Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await reached())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
