using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

/// <summary>A workspace whose policy wants a copy, a check and a person, through the whole suite.</summary>
public class When_a_run_works_in_a_copy
{
    [Fact]
    public async Task The_workspace_gets_what_passed_the_check_and_was_approved_and_nothing_else()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        UsePolicies(world, "working_copy: { mode: copy, checks: [[test, \"!\", -e, bad.txt]] }");
        await using var suite = await world.StartSuiteAsync();

        var good = await suite.SubmitAsync("Write \"tide\" to good.txt");
        var waiting = await suite.EndOfAsync(good);
        var changes = await suite.Door.GetFromJsonAsync<JsonElement>($"runs/{good}/changes", TestContext.Current.CancellationToken);

        waiting.GetProperty("waiting_for").GetString().ShouldBe("promotion", waiting.ToString());
        File.Exists(Path.Combine(world.Workspace, "good.txt")).ShouldBeFalse();
        changes.GetProperty("checks")[0].GetProperty("state").GetString().ShouldBe("passed");
        (await suite.Door.GetStringAsync(new Uri($"runs/{good}/changes/diff", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldContain("+tide");

        using var stale = await PostAsync(suite, good, "promote", new { digest = new string('0', 64) });
        using var promoted = await PostAsync(suite, good, "promote", new { digest = changes.GetProperty("digest").GetString() });
        var end = await SettledAsync(suite, good);

        stale.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        promoted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        end.GetProperty("state").GetString().ShouldBe("succeeded", end.ToString());
        end.GetProperty("report").GetString()!.ShouldContain("- added `good.txt`");
        File.ReadAllText(Path.Combine(world.Workspace, "good.txt")).TrimEnd().ShouldBe("tide");

        var bad = await suite.SubmitAsync("Write \"rock\" to bad.txt");
        var failed = await suite.EndOfAsync(bad);

        failed.GetProperty("stop_reason").GetString().ShouldBe("review_failed", failed.ToString());
        failed.GetProperty("detail").GetString()!.ShouldContain("Check `test ! -e bad.txt` failed with exit code 1");
        File.Exists(Path.Combine(world.Workspace, "bad.txt")).ShouldBeFalse();
        File.Exists(Path.Combine(failed.GetProperty("changes").GetProperty("directory").GetString()!, "bad.txt")).ShouldBeTrue();
        foreach (var runId in (Guid[])[good, bad])
        {
            var replay = await suite.Door.GetFromJsonAsync<JsonElement>($"runs/{runId}/replay", TestContext.Current.CancellationToken);
            replay.GetProperty("holds").GetBoolean().ShouldBeTrue(replay.ToString());
        }

        await suite.StopAsync();
    }

    static Task<HttpResponseMessage> PostAsync(RunningSuite suite, Guid runId, string verb, object body) =>
        suite.Door.PostAsJsonAsync(new Uri($"runs/{runId}/changes/{verb}", UriKind.Relative), body, TestContext.Current.CancellationToken);

    static async Task<JsonElement> SettledAsync(RunningSuite suite, Guid runId)
    {
        await suite.JournalWithAsync(runId, entries => entries.Any(entry => entry.GetProperty("type").GetString() == "RunEnded"));
        return await suite.RunAsync(runId);
    }

    static void UsePolicies(SuiteWorld world, string limits)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "policies"), "*.yaml"))
        {
            var text = File.ReadAllText(file);
            world.Write("policies/" + Path.GetFileName(file), Path.GetFileName(file) == "limits.yaml"
                ? string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("working_copy:", StringComparison.Ordinal))) + limits + "\n"
                : text);
        }

        world.Environment["AGENT_POLICY_DIR"] = Path.GetDirectoryName(world.Write("policies/.keep", ""));
    }
}
