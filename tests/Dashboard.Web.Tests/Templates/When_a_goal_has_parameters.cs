using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Dashboard.Web.Tests.Harness;

namespace Agent.Dashboard.Web.Tests.Templates;

public class When_a_goal_has_parameters(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task It_is_run_with_them_filled_in_and_the_run_says_where_it_comes_from()
    {
        var name = "count-" + Guid.CreateVersion7().ToString("N")[^8..];
        using var added = await PostAsync("templates", new { name, goal = "How many {{what}} are there?", workspace = Path.GetTempPath(), parameters = new[] { new { name = "what", type = "choice", choices = new[] { "files", "lines" }, required = true } } });
        using var wrong = await PostAsync($"templates/{name}/run", new { parameters = new { what = "stars" } });
        using var ran = await PostAsync($"templates/{name}/run", new { parameters = new { what = "files" } });
        var runId = (await ran.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        using var removed = await _door.Client.DeleteAsync(new Uri($"templates/{name}", UriKind.Relative));

        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await wrong.ProblemAsync()).Detail.ShouldBe("The parameter \"what\" is \"stars\"; it must be one of files, lines.");
        var run = await _door.GetAsync($"runs/{runId}");
        run.GetProperty("goal").GetString().ShouldBe("How many files are there?");
        run.GetProperty("origin").GetString().ShouldBe($"template {name}");
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_template_that_does_not_hold_together_is_refused()
    {
        using var response = await PostAsync("templates", new { name = "bad", goal = "Deploy {{version}}" });

        (await response.ProblemAsync()).Detail.ShouldContain("no parameter \"version\" is declared");
    }

    Task<HttpResponseMessage> PostAsync(string path, object body) => _door.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
}
