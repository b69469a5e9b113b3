using Agent.Contracts;
using Agent.Dashboard.Web.Live;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Live;

public class When_pages_watch_a_run(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    RunFeed Feed => _door.Services.GetRequiredService<RunFeed>();

    [Fact]
    public async Task They_see_what_the_journal_says_and_the_end()
    {
        var events = SampleRuns.Succeeded();
        var runId = await _door.AppendAsync([.. events.Take(4)]);
        using var watch = Feed.Watch(runId, () => { });
        await Eventually.IsTrueAsync(() => watch.Board?.Run.JournalLength == 4, "the present state");

        await _door.AppendAsync(runId, [.. events.Skip(4)]);

        await Eventually.IsTrueAsync(() => watch.Board?.IsOver == true, "the end");
        watch.Board!.Run.Report.ShouldNotBeNull();
        watch.Board.Timeline.Count.ShouldBe(events.Count);
        watch.Board.Steps.ShouldAllBe(step => step.Calls.Count == 1);
    }

    [Fact]
    public async Task A_burst_of_events_is_a_few_renders_and_the_last_one_is_shown()
    {
        var renders = 0;
        var events = SampleRuns.Succeeded();
        var runId = await _door.AppendAsync([.. events.Take(1)]);
        var started = TimeProvider.System.GetTimestamp();
        RunWatch? watch = null;
        var shown = 0L;
        watch = Feed.Watch(runId, () =>
        {
            Interlocked.Increment(ref renders);
            Volatile.Write(ref shown, watch?.Board?.Run.JournalLength ?? 0);
        });

        await _door.AppendAsync(runId, [.. events.Skip(1)]);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref shown) == events.Count, "the last event on the page");

        var most = (TimeProvider.System.GetElapsedTime(started) / Pulse.PageInterval) + 2;
        renders.ShouldBeLessThanOrEqualTo((int)most);
        watch.Dispose();
    }

    [Fact]
    public async Task A_page_that_left_hears_nothing_more()
    {
        var runId = await _door.AppendAsync([SampleRuns.Submitted()]);
        var heard = 0;
        var left = Feed.Watch(runId, () => Interlocked.Increment(ref heard));
        using var stays = Feed.Watch(runId, () => { });
        await Eventually.IsTrueAsync(() => stays.Board is not null && heard > 0, "the first render");
        left.Dispose();
        left.Dispose();
        var before = heard;

        await _door.AppendAsync(runId, [new RunPaused("local")]);
        await Eventually.IsTrueAsync(() => stays.Board!.Run.State == RunPhase.Paused, "the pause");

        heard.ShouldBe(before);
    }

    [Fact]
    public async Task Lists_hear_of_every_run()
    {
        using var signal = new SemaphoreSlim(0);
        using var watch = Feed.WatchAll(() => signal.Release());
        (await signal.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();

        await _door.AppendAsync([SampleRuns.Submitted()]);

        (await signal.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
    }
}
