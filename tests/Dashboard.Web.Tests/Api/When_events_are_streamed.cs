using System.Net;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Api;

public class When_events_are_streamed(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task They_come_in_order_each_with_its_hash_and_the_stream_ends_with_the_run()
    {
        var runId = await _door.AppendAsync(SampleRuns.Succeeded());

        var events = await EventReader.ReadAllAsync(_door.Client, $"runs/{runId}/events");

        var entries = await _door.Journal.ReadAsync(runId).ToListAsync();
        events.Select(received => received.Id).ShouldBe(entries.Select(entry => entry.Sequence));
        events.Select(received => received.Type).ShouldBe(entries.Select(entry => entry.Type));
        events.Select(received => JsonDocument.Parse(received.Data).RootElement.GetProperty("hash").GetString()).ShouldBe(entries.Select(entry => (string?)entry.Hash));
        events[^1].Type.ShouldBe("RunEnded");
    }

    [Fact]
    public async Task What_is_appended_while_somebody_listens_arrives()
    {
        var events = SampleRuns.Succeeded();
        var runId = await _door.AppendAsync([.. events.Take(5)]);
        var listening = EventReader.ReadAllAsync(_door.Client, $"runs/{runId}/events");

        await _door.AppendAsync(runId, [.. events.Skip(5)]);

        (await listening).Count.ShouldBe(events.Count);
    }

    [Fact]
    public async Task A_reader_that_breaks_off_and_comes_back_misses_nothing_and_sees_nothing_twice()
    {
        var events = SampleRuns.Succeeded();
        var runId = await _door.AppendAsync([.. events.Take(3)]);
        var writing = Task.Run(() => _door.AppendAsync(runId, [.. events.Skip(3)]));
        var seen = new List<long>();

        while (seen.Count < events.Count)
        {
            await foreach (var received in EventReader.ReadAsync(_door.Client, $"runs/{runId}/events?after={(seen.Count == 0 ? 0 : seen[^1])}").Take(7))
            {
                seen.Add(received.Id);
            }
        }

        await writing;
        seen.ShouldBe(Enumerable.Range(1, events.Count).Select(sequence => (long)sequence));
    }

    [Fact]
    public async Task The_header_of_a_browser_that_reconnects_is_a_cursor_too()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runs/{runId}/events") { Headers = { { "Last-Event-ID", "4" } } };

        using var response = await _door.Client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).ShouldContain("id: 5\n");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("id: 4\n");
    }

    [Fact]
    public async Task Nothing_left_after_the_end_is_an_answer_that_ends_asking()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());
        var head = await _door.Journal.HeadAsync(runId);

        using var response = await _door.Client.GetAsync(new Uri($"runs/{runId}/events?after={head.Sequence}", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task As_JSON_they_are_an_array_of_what_is_there()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runs/{runId}/events?after=2") { Headers = { { "Accept", "application/json" } } };

        using var response = await _door.Client.SendAsync(request);

        var entries = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.EnumerateArray().ToList();
        entries[0].EnumerateObject().Select(member => member.Name).ShouldBe(["actor", "at", "data", "run", "seq", "type", "v", "hash", "prev"]);
        entries[0].GetProperty("seq").GetInt64().ShouldBe(3);
        entries.Count.ShouldBe(SampleRuns.Running().Count - 2);
        entries.Zip(entries.Skip(1)).ShouldAllBe(pair => pair.Second.GetProperty("prev").GetString() == pair.First.GetProperty("hash").GetString());
    }

    [Fact]
    public async Task A_cursor_before_the_beginning_is_refused()
    {
        var runId = await _door.AppendAsync([SampleRuns.Submitted()]);

        using var response = await _door.Client.GetAsync(new Uri($"runs/{runId}/events?after=-1", UriKind.Relative));

        (await response.ProblemAsync()).Code.ShouldBe("invalid_after");
    }

    [Fact]
    public async Task An_export_is_the_array_in_lines()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());

        var lines = (await _door.Client.GetStringAsync(new Uri($"runs/{runId}/export", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(SampleRuns.Failed().Count);
        JsonDocument.Parse(lines[^1]).RootElement.GetProperty("type").GetString().ShouldBe(nameof(RunEnded));
    }
}
