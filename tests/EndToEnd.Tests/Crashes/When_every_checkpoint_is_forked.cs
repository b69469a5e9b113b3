using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>A fork from the checkpoints of a run: of each with <c>AGENT_SCALE_RUNS</c>, else of a few.</summary>
public class When_every_checkpoint_is_forked
{
    [Fact]
    public async Task Each_fork_goes_on_to_its_end_with_its_lineage_and_a_whole_chain()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var fleet = await Fleet.StartAsync();
        await using var person = new Person(fleet);
        person.Begin();
        var runId = await person.SubmitAsync("origin", stop);
        await person.AllEndedAsync(Scale.Patience, stop);
        var origin = await EntriesAsync(fleet, runId);

        var checkpoints = (await fleet.Door.GetFromJsonAsync<JsonElement>($"checkpoints/{runId}", stop)).GetProperty("checkpoints").EnumerateArray()
            .Where(checkpoint => checkpoint.GetProperty("after").GetString() != nameof(RunEnded)).Select(checkpoint => checkpoint.GetProperty("sequence").GetInt64()).ToList();
        var tried = Scale.Runs is null ? checkpoints.Where((_, number) => number % (checkpoints.Count / 4) == 0).ToList() : checkpoints;
        foreach (var sequence in tried)
        {
            using var answer = await fleet.Door.PostAsJsonAsync(new Uri($"runs/{runId}/fork", UriKind.Relative), new { sequence }, stop);
            person.Take($"fork at {sequence}", (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("run_id").GetGuid());
        }

        await person.AllEndedAsync(Scale.Patience, stop);
        foreach (var sequence in tried)
        {
            var fork = await EntriesAsync(fleet, person.Runs[$"fork at {sequence}"]);
            var lineage = fork[1].Event.ShouldBeOfType<RunForked>();
            (lineage.FromRun, lineage.Sequence, lineage.Hash).ShouldBe((runId, sequence, origin[(int)sequence - 1].Hash));
            fork.Skip(2).Take((int)sequence - 1).Select(Content).ShouldBe(origin.Skip(1).Take((int)sequence - 1).Select(Content));
            fork[^1].Event.ShouldBeOfType<RunEnded>().State.ShouldBe(RunPhase.Succeeded, $"fork at {sequence}");
            (await fleet.Journal.VerifyAsync(fork[0].RunId, stop)).Holds.ShouldBeTrue();
            var done = origin.Take((int)sequence).Select(entry => entry.Event).OfType<ToolCallFinished>().Select(call => call.CallId);
            fork.Skip((int)sequence + 1).Select(entry => entry.Event).OfType<ToolCallStarted>().Select(call => call.CallId).Intersect(done).ShouldBeEmpty();
        }
    }

    static string Content(JournalEntry entry) => entry.Type + System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(entry.Event));

    static async Task<List<JournalEntry>> EntriesAsync(Fleet fleet, Guid runId)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in fleet.Journal.ReadAsync(runId))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
