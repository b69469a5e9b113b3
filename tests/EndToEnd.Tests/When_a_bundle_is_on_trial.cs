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
        var (onTrial, judged) = (false, new List<(bool OnTrial, string? Rule)>());
        while (!onTrial && judged.Count < 20)
        {
            // Nine of ten are; which, their ids say.
            judged.Add(await DecisionAsync(suite));
            onTrial = judged[^1].OnTrial;
        }

        var stopped = await world.AgentAsync("policies", "canary", "stop");
        stopped.ExitCode.ShouldBe(0, stopped.ToString());
        var after = await DecisionAsync(suite);

        judged[^1].ShouldBe((true, "no-listing"));
        judged.SkipLast(1).ShouldAllBe(other => other.Rule == after.Rule);
        after.OnTrial.ShouldBeFalse();
        after.Rule.ShouldNotBe("no-listing");
        (await suite.StopAsync()).ExitCode.ShouldBe(0);
    }

    /// <returns>Whether the run was put on the canary, and the rule that judged its first call.</returns>
    static async Task<(bool OnTrial, string? Rule)> DecisionAsync(RunningSuite suite)
    {
        var runId = await suite.SubmitAsync("Count files");
        await suite.EndOfAsync(runId);
        var journal = await suite.JournalAsync(runId);
        var call = journal.First(entry => Type(entry) == "ToolCallDecided").GetProperty("data");
        return (journal.Any(entry => Type(entry) == "CanaryAssigned"), call.GetProperty("rule").GetString());
    }

    static string? Type(JsonElement entry) => entry.GetProperty("type").GetString();
}
