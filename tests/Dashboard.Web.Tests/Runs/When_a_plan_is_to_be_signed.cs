using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_a_plan_is_to_be_signed(SharedDoor shared)
{
    static readonly object Plan = new { summary = "s", steps = new[] { new { id = "a", title = "t", instruction = "do", depends_on = Array.Empty<string>(), tools = Array.Empty<string>(), effect = "pure", acceptance = Array.Empty<object>() } } };

    [Fact]
    public async Task It_is_shown_listed_with_what_waits_for_a_person_and_signed_with_the_principal()
    {
        var runId = await WaitingAsync(shared.Door);

        var shown = await shared.Door.GetAsync($"runs/{runId}/plan");
        var listed = (await shared.Door.GetAsync("approvals")).GetProperty("plans").EnumerateArray().Single(plan => plan.GetProperty("run_id").GetGuid() == runId);
        var view = await shared.Door.GetAsync($"runs/{runId}");
        using var signed = await SignAsync(shared.Door, runId, new { approve = true, version = 1, comment = "go" });

        shown.GetProperty("sign_off").GetProperty("state").GetString().ShouldBe("waiting");
        shown.GetProperty("plan").GetProperty("steps").GetArrayLength().ShouldBe(SampleRuns.DescribePlan.Steps.Count);
        listed.GetProperty("version").GetInt32().ShouldBe(1);
        view.GetProperty("state").GetString().ShouldBe("waiting_approval");
        view.GetProperty("waiting_for").GetString().ShouldBe("plan_sign_off");
        signed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await shared.Door.Journal.LoadAsync(runId))!.SignOff!.Answer.ShouldBe(new PlanSignOffDecided(1, true, "local", "go"));
    }

    [Fact]
    public async Task The_first_of_two_answers_holds()
    {
        var runId = await WaitingAsync(shared.Door);

        var answers = await Task.WhenAll(SignAsync(shared.Door, runId, new { approve = true }), SignAsync(shared.Door, runId, new { approve = false, comment = "no" }));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([202, 409]);
        (await shared.Door.Journal.ReadAsync(runId).ToListAsync()).Count(entry => entry.Event is PlanSignOffDecided).ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"approve":true,"version":2}""", 409, "plan_changed")]
    [InlineData("""{"approve":false}""", 400, "invalid_request")]
    [InlineData("""{}""", 400, "invalid_request")]
    [InlineData("""{"approve":false,"comment":"x","plan":{}}""", 400, "invalid_request")]
    public async Task What_does_not_fit_is_refused(string body, int status, string code)
    {
        var runId = await WaitingAsync(shared.Door);

        using var response = await shared.Door.Client.PostAsync(new Uri($"runs/{runId}/plan/sign", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        var problem = await response.ProblemAsync();

        (problem.Status, problem.Code).ShouldBe((status, code));
        (await shared.Door.Journal.LoadAsync(runId))!.SignOff!.Answer.ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_waits_for_no_signature_can_not_be_signed()
    {
        var runId = await shared.Door.AppendAsync(SampleRuns.Running());

        using var response = await SignAsync(shared.Door, runId, new { approve = true });

        (await response.ProblemAsync()).Code.ShouldBe("nothing_to_sign");
    }

    [Fact]
    public async Task Another_plan_is_checked_by_the_planner_and_every_mistake_named_before_it_is_taken_in_place()
    {
        await using var planner = await FakePlanner.StartAsync();
        await using var door = await DoorHarness.StartAsync(settings: planner.Settings);
        var runId = await WaitingAsync(door);

        using var refused = await SignAsync(door, runId, new { approve = true, plan = new { steps = Array.Empty<object>() } });
        using var taken = await SignAsync(door, runId, new { approve = true, plan = Plan, comment = "smaller" });

        var problem = await refused.ProblemAsync();
        problem.Code.ShouldBe("invalid_plan");
        problem.Detail.ShouldContain("- The plan has no steps.\n- It has no summary.");
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var proposal = (await door.Journal.LoadAsync(runId))!.Proposal.ShouldNotBeNull();
        (proposal.Signed, proposal.Principal, proposal.Plan.Steps.Single().Id).ShouldBe((true, "local", "a"));
    }

    [Fact]
    public async Task A_goal_can_ask_for_it_and_the_same_key_without_it_is_another_body()
    {
        var key = "sign-off-" + Guid.CreateVersion7();
        using var first = await shared.Door.SubmitAsync(new { goal = "Count files", workspace = Path.GetTempPath(), sign_off = true }, key);
        using var second = await shared.Door.SubmitAsync(new { goal = "Count files", workspace = Path.GetTempPath() }, key);
        var runId = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        var run = await shared.Door.Journal.LoadAsync(runId);

        run!.WantsSignOff.ShouldBeTrue();
        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    static Task<Guid> WaitingAsync(DoorHarness door) =>
        door.AppendAsync([SampleRuns.Submitted(), new PlanAccepted(1, SampleRuns.DescribePlan), new PlanSignOffRequested(1, "Policy wants it for this workspace.")]);

    static Task<HttpResponseMessage> SignAsync(DoorHarness door, Guid runId, object body) => door.Client.PostAsJsonAsync(new Uri($"runs/{runId}/plan/sign", UriKind.Relative), body);
}
