using System.Net;
using System.Net.Http.Json;
using System.Text;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;
using Agent.Journal;
using Agent.Journal.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_changes_wait_to_be_promoted(SharedDoor shared)
{
    const string Digest = "d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5d1f5";

    [Fact]
    public async Task They_are_shown_listed_with_what_waits_for_a_person_and_promoted_with_the_principal()
    {
        var runId = await WaitingAsync();

        var shown = await shared.Door.GetAsync($"runs/{runId}/changes");
        var listed = (await shared.Door.GetAsync("approvals")).GetProperty("changes").EnumerateArray().Single(change => change.GetProperty("run_id").GetGuid() == runId);
        var view = await shared.Door.GetAsync($"runs/{runId}");
        using var answer = await AnswerAsync(runId, "promote", new { digest = Digest, comment = "good" });

        shown.GetProperty("state").GetString().ShouldBe("waiting");
        shown.GetProperty("files")[0].GetProperty("path").GetString().ShouldBe("a.txt");
        shown.GetProperty("checks")[0].GetProperty("state").GetString().ShouldBe("passed");
        listed.GetProperty("digest").GetString().ShouldBe(Digest);
        view.GetProperty("state").GetString().ShouldBe("waiting_approval");
        view.GetProperty("waiting_for").GetString().ShouldBe("promotion");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await shared.Door.Journal.LoadAsync(runId))!.WorkingCopy!.Answer.ShouldBe(new PromotionDecided(Digest, true, "local", "good"));
    }

    [Fact]
    public async Task The_diff_is_text()
    {
        var runId = await WaitingAsync();

        (await shared.Door.Client.GetStringAsync(new Uri($"runs/{runId}/changes/diff", UriKind.Relative))).ShouldBe("+++ b/a.txt\n");
    }

    [Fact]
    public async Task The_first_of_two_answers_holds()
    {
        var runId = await WaitingAsync();

        var answers = await Task.WhenAll(AnswerAsync(runId, "promote", new { digest = Digest }), AnswerAsync(runId, "reject", new { digest = Digest, comment = "no" }));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([202, 409]);
        (await shared.Door.Journal.ReadAsync(runId).ToListAsync()).Count(entry => entry.Event is PromotionDecided).ShouldBe(1);
    }

    [Theory]
    [InlineData("promote", """{"digest":"another"}""", 409, "changes_changed")]
    [InlineData("promote", """{}""", 400, "invalid_request")]
    [InlineData("reject", $$"""{"digest":"{{Digest}}"}""", 400, "invalid_request")]
    public async Task What_does_not_fit_is_refused(string verb, string body, int status, string code)
    {
        var runId = await WaitingAsync();

        using var response = await shared.Door.Client.PostAsync(new Uri($"runs/{runId}/changes/{verb}", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        var problem = await response.ProblemAsync();

        (problem.Status, problem.Code).ShouldBe((status, code));
        (await shared.Door.Journal.LoadAsync(runId))!.WorkingCopy!.Answer.ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_works_in_its_workspace_has_nothing_to_promote()
    {
        var runId = await shared.Door.AppendAsync(SampleRuns.Running());

        using var response = await AnswerAsync(runId, "promote", new { digest = Digest });

        (await response.ProblemAsync()).Code.ShouldBe("no_working_copy");
    }

    [Fact]
    public async Task The_runs_page_shows_files_checks_and_diff()
    {
        var runId = await WaitingAsync();

        var page = await shared.Door.Client.GetStringAsync(new Uri($"console/runs/{runId}", UriKind.Relative));

        page.ShouldContain("Changes to be promoted");
        page.ShouldContain("a.txt");
        page.ShouldContain("b/a.txt");
        page.ShouldContain("dotnet test");
    }

    async Task<Guid> WaitingAsync()
    {
        var diff = await shared.Door.Services.GetRequiredService<Artefacts>().PutAsync(Encoding.UTF8.GetBytes("+++ b/a.txt\n"));
        return await shared.Door.AppendAsync(
        [
            SampleRuns.Submitted(),
            new PlanAccepted(1, SampleRuns.DescribePlan),
            new WorkingCopyRequested([["dotnet", "test"]], true, "Policy wants it for this workspace."),
            new WorkingCopyMade("/state/copies/1/tree", "b0", 3, 99, []),
            new ChangesFound(Digest, 1, 0, 0, [new FileChange("a.txt", FileChangeKind.Added, 3, LinesAdded: 1)], diff, []),
            new ChangesChecked(Digest, 0, ["dotnet", "test"], true, 0, "ok", "d2", false, 3, "bubblewrap", "r", "b1"),
            new PromotionApprovalRequested(Digest, "Policy wants it."),
        ]);
    }

    Task<HttpResponseMessage> AnswerAsync(Guid runId, string verb, object body) => shared.Door.Client.PostAsJsonAsync(new Uri($"runs/{runId}/changes/{verb}", UriKind.Relative), body);
}
