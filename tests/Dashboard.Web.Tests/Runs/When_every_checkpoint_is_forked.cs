using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;
using Agent.Journal;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_every_checkpoint_is_forked(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task Each_fork_names_where_it_comes_from_repeats_it_and_has_a_chain_of_its_own()
    {
        foreach (var events in (IReadOnlyList<IRunEvent>[])[SampleRuns.Failed(), SampleRuns.Running(), SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1))])
        {
            var runId = await _door.AppendAsync(events);
            var origin = await EntriesAsync(runId);
            var checkpoints = (await _door.GetAsync($"checkpoints/{runId}")).GetProperty("checkpoints").EnumerateArray()
                .Where(checkpoint => checkpoint.GetProperty("after").GetString() != nameof(RunEnded)).Select(checkpoint => checkpoint.GetProperty("sequence").GetInt64()).ToList();
            checkpoints.ShouldNotBeEmpty();
            foreach (var sequence in checkpoints)
            {
                using var answer = await _door.Client.PostAsJsonAsync(new Uri($"runs/{runId}/fork", UriKind.Relative), new { sequence });
                answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
                var fork = await EntriesAsync((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid());

                fork.Count.ShouldBe((int)sequence + 1);
                fork[1].Event.ShouldBe(new RunForked(runId, sequence, origin[(int)sequence - 1].Hash, "local"));
                fork.Skip(2).Select(Content).ShouldBe(origin.Skip(1).Take((int)sequence - 1).Select(Content));
                (await _door.Journal.VerifyAsync(fork[0].RunId)).Holds.ShouldBeTrue();
            }
        }
    }

    static string Content(JournalEntry entry) => entry.Type + System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(entry.Event));

    async Task<List<JournalEntry>> EntriesAsync(Guid runId) => await _door.Journal.ReadAsync(runId).ToListAsync();
}
