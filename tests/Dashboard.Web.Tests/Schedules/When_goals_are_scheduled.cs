using System.Net;
using System.Net.Http.Json;
using Agent.Dashboard.Web.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Schedules;

public class When_goals_are_scheduled(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task A_schedule_is_added_shown_with_its_next_times_paused_and_removed_and_the_log_says_by_whom()
    {
        var name = "nightly-" + Guid.CreateVersion7().ToString("N")[^8..];
        using var added = await PostAsync("schedules", new { name, cron = "30 2 * * 1-5", time_zone = "Europe/Berlin", goal = "Run the tests", workspace = Path.GetTempPath(), overlap = "queue" });
        using var again = await PostAsync("schedules", new { name, cron = "30 2 * * 1-5", goal = "Run the tests", workspace = Path.GetTempPath() });
        using var paused = await PostAsync($"schedules/{name}/pause", new { });
        var held = await _door.GetAsync($"schedules/{name}");
        using var resumed = await PostAsync($"schedules/{name}/resume", new { });
        var listed = (await _door.GetAsync("schedules")).GetProperty("schedules").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
        using var removed = await _door.Client.DeleteAsync(new Uri($"schedules/{name}", UriKind.Relative));
        using var gone = await _door.Client.GetAsync(new Uri($"schedules/{name}", UriKind.Relative));

        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await again.ProblemAsync()).Detail.ShouldContain("already");
        held.GetProperty("paused").GetBoolean().ShouldBeTrue();
        held.GetProperty("next").GetArrayLength().ShouldBe(0);
        listed.GetProperty("next").GetArrayLength().ShouldBe(5);
        (listed.GetProperty("principal").GetString(), listed.GetProperty("overlap").GetString(), listed.GetProperty("misfire").GetString()).ShouldBe(("local", "queue", "once"));
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await gone.ProblemAsync()).Code.ShouldBe("unknown_schedule");
        var log = await _door.Services.GetService<Agent.Journal.Operators.OperatorLog>()!.ListAsync(200);
        log.Where(entry => entry.Subject == name).Select(entry => (entry.Principal, entry.Action)).Reverse()
            .ShouldBe([("local", "schedule_added"), ("local", "schedule_paused"), ("local", "schedule_resumed"), ("local", "schedule_removed")]);
    }

    [Fact]
    public async Task Every_mistake_is_named_at_once()
    {
        using var response = await PostAsync("schedules", new { name = "No Name", cron = "61 * * * *", goal = "", workspace = Path.GetTempPath() });
        var problem = await response.ProblemAsync();

        problem.Code.ShouldBe("invalid_schedule");
        problem.Detail.ShouldContain("The name \"No Name\"");
        problem.Detail.ShouldContain("61 * * * *");
        problem.Detail.ShouldContain("The goal is empty");
    }

    Task<HttpResponseMessage> PostAsync(string path, object body) => _door.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
}
