using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

/// <summary>A policy canary through the whole suite: the runs put on it are judged by its bundle, the others and all later ones by the current one.</summary>
public class When_a_bundle_is_on_trial
{
    const string Rule = """

          - id: no-listing
            answer: deny
            reason: On trial, nothing may be listed.
            tools: [list_files]
        """;

    [Fact]
    public async Task Its_runs_are_judged_by_it_until_it_is_stopped()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "policies"), "*.yaml"))
        {
            world.Write("next/" + Path.GetFileName(file), File.ReadAllText(file) + (Path.GetFileName(file) == "tools.yaml" ? Rule : ""));
        }

        await using var suite = await world.StartSuiteAsync();

        var started = await world.AgentAsync("policies", "canary", "start", "--bundle", Path.GetDirectoryName(world.Write("next/.keep", ""))!, "--share", "90%");
        started.ExitCode.ShouldBe(0, started.ToString());
        var onTrial = await RulesAsync(suite, onTrial: true, inARow: 1);
        var stopped = await world.AgentAsync("policies", "canary", "stop");
        stopped.ExitCode.ShouldBe(0, stopped.ToString());
        var after = await RulesAsync(suite, onTrial: false, inARow: 4);

        onTrial.ShouldBe(["no-listing"]);
        after.ShouldNotContain("no-listing");
        (await suite.StopAsync()).ExitCode.ShouldBe(0);
    }

    /// <returns>The rules that judged the first calls of so many runs in a row that are on the canary, or are not. Nine of ten are, by their ids, until the planner hears that it was stopped.</returns>
    static async Task<List<string?>> RulesAsync(RunningSuite suite, bool onTrial, int inARow)
    {
        var rules = new List<string?>();
        for (var run = 0; run < 50 && rules.Count < inARow; run++)
        {
            var runId = await suite.SubmitAsync("Count files");
            await suite.EndOfAsync(runId);
            var journal = await suite.JournalAsync(runId);
            if (journal.Any(entry => Type(entry) == "CanaryAssigned") != onTrial)
            {
                rules.Clear();
                continue;
            }

            rules.Add(journal.First(entry => Type(entry) == "ToolCallDecided").GetProperty("data").GetProperty("rule").GetString());
        }

        rules.Count.ShouldBe(inARow);
        return rules;
    }

    static string? Type(JsonElement entry) => entry.GetProperty("type").GetString();
}
