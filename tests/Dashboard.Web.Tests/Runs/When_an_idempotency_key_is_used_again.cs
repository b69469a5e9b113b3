using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_an_idempotency_key_is_used_again(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;
    readonly string _key = Guid.CreateVersion7().ToString();

    [Fact]
    public async Task The_same_goal_gives_the_same_run_also_at_the_same_time()
    {
        var body = new { goal = "Describe it", workspace = "/tmp" };

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _door.SubmitAsync(body, _key)));

        var runs = await Task.WhenAll(responses.Select(async response => (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid()));
        runs.Distinct().Count().ShouldBe(1);
        responses.ShouldAllBe(response => (int)response.StatusCode == 202);
        (await _door.Journal.ReadAsync(runs[0]).ToListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_says_how_far_the_run_is()
    {
        var body = new { goal = "Describe it", workspace = "/tmp" };
        using var first = await _door.SubmitAsync(body, _key);
        var runId = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        await _door.AppendAsync(runId, [new RunPaused("local")]);

        using var again = await _door.SubmitAsync(body, _key);

        (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString().ShouldBe("paused");
    }

    [Fact]
    public async Task Another_goal_or_workspace_is_refused_and_names_the_run_that_has_the_key()
    {
        using var first = await _door.SubmitAsync(new { goal = "Describe it", workspace = "/tmp" }, _key);
        var runId = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();

        using var otherGoal = await _door.SubmitAsync(new { goal = "Count it", workspace = "/tmp" }, _key);
        using var otherPlace = await _door.SubmitAsync(new { goal = "Describe it", workspace = "/" }, _key);

        var problem = await otherGoal.ProblemAsync();
        problem.Status.ShouldBe(409);
        problem.Code.ShouldBe("idempotency_conflict");
        problem.Detail.ShouldContain(runId.ToString());
        (await otherPlace.ProblemAsync()).Code.ShouldBe("idempotency_conflict");
    }

    [Fact]
    public async Task A_door_that_died_between_the_key_and_the_promise_makes_up_for_it()
    {
        var keys = _door.Services.GetRequiredService<IdempotencyKeys>();
        var body = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { "Describe it", "/tmp" })));
        var claimed = Guid.CreateVersion7();
        await keys.ClaimAsync("local", _key, body, claimed);

        using var response = await _door.SubmitAsync(new { goal = "Describe it", workspace = "/tmp" }, _key);

        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid().ShouldBe(claimed);
        (await _door.Journal.HeadAsync(claimed)).Sequence.ShouldBe(1);
    }
}
