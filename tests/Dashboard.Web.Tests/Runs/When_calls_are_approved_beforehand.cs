using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_calls_are_approved_beforehand(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task What_is_left_out_comes_from_the_question_and_it_can_be_taken_back()
    {
        var runId = await _door.AppendAsync(SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow().AddMinutes(5)));

        using var granted = await PostAsync("standing-approvals", new { run_id = runId, call_id = "push.1#1", arguments = new { argv = "*push*" }, hours = 2, uses = 3 });

        granted.StatusCode.ShouldBe(HttpStatusCode.OK);
        var grant = await granted.Content.ReadFromJsonAsync<JsonElement>();
        grant.GetProperty("tool").GetString().ShouldBe("run_command");
        grant.GetProperty("rule").GetString().ShouldBe("git-push-asks");
        grant.GetProperty("granted_by").GetString().ShouldBe("local");
        var id = grant.GetProperty("id").GetString()!;
        using var revoked = await PostAsync($"standing-approvals/{id}/revoke", new { });
        using var again = await PostAsync($"standing-approvals/{id}/revoke", new { });
        revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await again.ProblemAsync()).Code.ShouldBe("unknown_standing");
        (await _door.GetAsync("standing-approvals")).GetProperty("standing").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id).GetProperty("revoked_by").GetString().ShouldBe("local");
    }

    [Theory]
    [InlineData("""{"rule":"r","arguments":{},"workspace":"/w"}""", "tool")]
    [InlineData("""{"tool":"t","arguments":{},"workspace":"/w"}""", "rule")]
    [InlineData("""{"tool":"t","rule":"r","workspace":"/w"}""", "arguments")]
    [InlineData("""{"tool":"t","rule":"r","arguments":{}}""", "workspace")]
    [InlineData("""{"tool":"t","rule":"r","arguments":{},"workspace":"/w","hours":1000}""", "hours")]
    [InlineData("""{"tool":"t","rule":"r","arguments":{},"workspace":"/w","uses":0}""", "uses")]
    public async Task What_is_missing_is_named(string body, string member)
    {
        using var answer = await PostAsync("standing-approvals", JsonDocument.Parse(body).RootElement);

        var problem = await answer.ProblemAsync();
        problem.Code.ShouldBe("invalid_standing");
        problem.Detail.ShouldContain($"\"{member}\"");
    }

    Task<HttpResponseMessage> PostAsync(string path, object body) => _door.Client.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(body));
}
