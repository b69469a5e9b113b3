using System.Net.Http.Json;
using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

/// <summary>Runs of every kind the offline model knows, through the whole suite, then each of them played again. <c>./test.sh --replay-runs</c> makes 500 of them.</summary>
public class When_recorded_runs_are_replayed
{
    const int Few = 20;
    const int AtOnce = 5;

    static readonly string[] Goals =
    [
        "Count files", "Describe this repository", "List *.py files", "Search for \"main\"", "Read README.md", "Count occurrences of \"def\" in *.py",
        "Count files and then read README.md", "Read no-such-file.txt", "Sing a song about the tide", "Run the tests",
    ];

    static int Wanted => int.TryParse(Environment.GetEnvironmentVariable("AGENT_REPLAY_RUNS"), out var number) ? number : Few;

    [Fact]
    public async Task None_diverges()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        await using var suite = await world.StartSuiteAsync();
        var ends = new Dictionary<string, int>(StringComparer.Ordinal);
        var (entries, compared) = (0, 0);
        foreach (var batch in Enumerable.Range(0, Wanted).Chunk(AtOnce))
        {
            var runs = new List<Guid>();
            foreach (var number in batch)
            {
                runs.Add(await suite.SubmitAsync(Goals[number % Goals.Length]));
            }

            foreach (var runId in runs)
            {
                var end = (await suite.EndOfAsync(runId)).GetProperty("state").GetString()!;
                ends[end] = ends.GetValueOrDefault(end) + 1;
                var replay = await suite.Door.GetFromJsonAsync<JsonElement>($"runs/{runId}/replay", TestContext.Current.CancellationToken);
                replay.GetProperty("holds").GetBoolean().ShouldBeTrue(replay.ToString());
                entries += replay.GetProperty("entries").GetInt32();
                compared += replay.GetProperty("compared").GetInt32();
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Wanted} runs ({string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"))}), {entries} entries, {compared} made again: 0 diverged");
        compared.ShouldBeGreaterThan(entries / 2);
        await suite.StopAsync();
    }
}
