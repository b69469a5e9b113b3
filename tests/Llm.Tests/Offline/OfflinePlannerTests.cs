using System.Text.Json;
using Agent.Contracts;
using Agent.Llm.Offline;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.Offline;

public sealed class OfflinePlannerTests
{
    [Fact]
    public async Task Describe_SurveysInParallelAndReportsAtTheEnd()
    {
        var plan = await PlanAsync("Describe this repository");

        plan.Steps.Where(step => step.DependsOn.Count == 0).Select(step => step.Id).ShouldBe(["survey", "projects", "readme", "tests", "history"]);
        plan.Steps[^1].Id.ShouldBe("report");
        plan.Steps[^1].DependsOn.ShouldBe(["survey", "projects", "readme", "tests", "history"]);
        plan.Steps.ShouldAllBe(step => step.Effect == EffectClass.Pure && step.Acceptance.Count > 0);
    }

    [Fact]
    public async Task Replace_IsCheckedInTheFile()
    {
        var plan = await PlanAsync("Replace \"cat\" with \"dog\" in pets.txt");

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Effect.ShouldBe(EffectClass.Compensatable);
        step.Acceptance.ShouldContain(new AcceptanceCriterion(CriterionKind.FileContains, "pets.txt", "dog"));
        step.Acceptance.ShouldContain(new AcceptanceCriterion(CriterionKind.FileLacks, "pets.txt", "cat"));
    }

    [Fact]
    public async Task SeveralTasks_AreDoneOneAfterTheOther()
    {
        var plan = await PlanAsync("Write \"x\" to a.txt and then describe this repository and then read a.txt");

        var ids = plan.Steps.Select(step => step.Id).ToList();
        ids.ShouldBeUnique();
        plan.Steps[0].DependsOn.ShouldBeEmpty();
        plan.Steps.Single(step => step.Id == "survey").DependsOn.ShouldBe([ids[0]]);
        plan.Steps[^1].DependsOn.ShouldBe(["report"]);
    }

    [Fact]
    public async Task UnknownGoal_SaysWhatItCanDoAndHowToSetAModel()
    {
        var reply = await AskAsync("GOAL: Write a symphony");

        var cannot = JsonSerializer.Deserialize<JsonElement>(reply).GetProperty("cannot").GetString();
        cannot.ShouldNotBeNull();
        cannot.ShouldContain("Describe this repository");
        cannot.ShouldContain("OPENAI_BASE_URL");
        cannot.ShouldContain("OPENAI_API_KEY");
        cannot.ShouldContain("AGENT_MODEL");
    }

    [Fact]
    public async Task TheSameQuestion_GetsTheSameAnswer() =>
        (await AskAsync("GOAL: Describe this repository")).ShouldBe(await AskAsync("GOAL: Describe this repository"));

    static async Task<Plan> PlanAsync(string goal) => JsonSerializer.Deserialize<Plan>(await AskAsync($"GOAL: {goal}\n\nTOOLS: list_files"), ContractJson.Options)!;

    static async Task<string> AskAsync(string text)
    {
        using var model = new OfflineChatClient();
        var response = await model.GetResponseAsync([new(ChatRole.System, "You plan."), new(ChatRole.User, text)], StepDriver.OptionsFor("planner"), TestContext.Current.CancellationToken);
        response.ModelId.ShouldBe("offline-rules");
        return response.Text;
    }
}
