using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;
using Agent.ModelServer;
using Agent.TestKit.Models;

namespace Agent.EndToEnd.Tests;

public class When_the_model_goes_away
{
    [Fact]
    public async Task The_run_waits_for_capacity_and_goes_on_by_itself_with_nothing_repeated()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        var third = new TaskCompletionSource();
        var before = await FakeModelServer.StartAsync();
        before.Otherwise = request =>
        {
            if (before.Requests.Count >= 3)
            {
                before.FaultPercent = 100;
                third.TrySetResult();
            }

            return OfflineRules.Answer(request);
        };
        world.Environment["OPENAI_BASE_URL"] = before.BaseUrl.ToString();
        world.Environment["OPENAI_API_KEY"] = "any";
        world.Environment["AGENT_MODEL"] = FakeModelServer.Model;
        await using var suite = await world.StartSuiteAsync();

        var runId = await suite.SubmitAsync("Describe this repository");
        await third.Task.WaitAsync(SuiteWorld.Patience);
        await before.DisposeAsync();
        await suite.JournalWithAsync(runId, entries => Of(entries, "RunWaiting").Any(entry => entry.GetProperty("data").GetProperty("for").GetString() == "capacity"));
        (await suite.RunAsync(runId)).GetProperty("waiting_for").GetString().ShouldBe("capacity");
        var shown = await world.AgentAsync("runs", "show", runId.ToString());
        shown.Output.ShouldContain("waiting_capacity", Case.Sensitive, shown.Error);
        shown.Output.ShouldContain("detail     scripted-1 at");
        (await suite.RunAsync(runId)).GetProperty("state").GetString().ShouldBe("waiting_capacity");

        await using var after = await FakeModelServer.StartAsync(port: before.Port);
        after.Otherwise = OfflineRules.Answer;

        var run = await suite.EndOfAsync(runId);
        run.GetProperty("state").GetString().ShouldBe("succeeded", run.ToString());
        run.GetProperty("model").GetString().ShouldBe(FakeModelServer.Model);
        run.GetProperty("steps").EnumerateArray().ShouldAllBe(step => step.GetProperty("attempts").GetInt32() == 1);
        Of(await suite.JournalAsync(runId), "ToolCallFinished").GroupBy(entry => entry.GetProperty("data").GetProperty("call_id").GetString()).ShouldAllBe(call => call.Count() == 1);
        var replies = Of(await suite.JournalAsync(runId), "ModelReplied").Select(entry => entry.GetProperty("data").GetProperty("usage")).ToList();
        var used = replies.Sum(usage => usage.GetProperty("input").GetInt64() + usage.GetProperty("output").GetInt64());
        var budgets = JsonDocument.Parse((await world.AgentAsync("budgets", "--json")).Output).RootElement.GetProperty("budgets").EnumerateArray().ToList();
        foreach (var scope in (string[])["workspace", "day", "installation"])
        {
            var tokens = budgets.Single(budget => budget.GetProperty("scope").GetString() == scope && budget.GetProperty("unit").GetString() == "tokens");
            tokens.GetProperty("spent").GetInt64().ShouldBe(used, "the outage burnt budget");
            tokens.GetProperty("reserved").GetInt64().ShouldBe(0);
        }

        await suite.StopAsync();
    }

    static IEnumerable<JsonElement> Of(IEnumerable<JsonElement> entries, string type) => entries.Where(entry => entry.GetProperty("type").GetString() == type);
}
