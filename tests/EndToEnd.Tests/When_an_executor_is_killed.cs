using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

public class When_an_executor_is_killed
{
    [Fact]
    public async Task The_run_finishes_and_no_tool_call_is_made_twice()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        for (var i = 0; i < 3000; i++)
        {
            world.Write($"workspace/data/{i % 50}/file{i}.txt", $"line {i}\n");
        }

        await using var suite = await world.StartSuiteAsync();
        var runId = await suite.SubmitAsync("Describe this repository");
        await suite.JournalWithAsync(runId, entries => Of(entries, "ToolCallFinished").Any());
        var killed = world.ProcessOf("Agent.Executor.Service");

        StartedProgram.Kill(killed);

        var run = await suite.EndOfAsync(runId);
        run.GetProperty("state").GetString().ShouldBe("succeeded", run.ToString());
        var journal = await suite.JournalAsync(runId);
        Of(journal, "ToolCallFinished").GroupBy(CallId).ShouldAllBe(call => call.Count() == 1);
        NothingStartsAfterItFinished(journal);
        world.ProcessOf("Agent.Executor.Service").ShouldNotBe(killed);
        (await suite.Door.GetStringAsync(new Uri($"runs/{runId}/verify", UriKind.Relative))).ShouldContain("\"holds\":true");
        await suite.StopAsync();
    }

    static void NothingStartsAfterItFinished(IReadOnlyList<JsonElement> journal)
    {
        var finished = new HashSet<string>();
        foreach (var entry in journal)
        {
            switch (entry.GetProperty("type").GetString())
            {
                case "ToolCallStarted":
                    finished.ShouldNotContain(CallId(entry));
                    break;
                case "ToolCallFinished":
                    finished.Add(CallId(entry));
                    break;
            }
        }

        finished.ShouldNotBeEmpty();
    }

    static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> entries, string type) => entries.Where(entry => entry.GetProperty("type").GetString() == type);

    static string CallId(JsonElement entry) => entry.GetProperty("data").GetProperty("call_id").GetString()!;
}
