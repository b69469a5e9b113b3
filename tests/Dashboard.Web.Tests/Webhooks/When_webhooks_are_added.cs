using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Journal.Operators;
using Agent.Journal.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Webhooks;

public class When_webhooks_are_added(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task Its_secret_is_in_that_answer_and_in_no_other()
    {
        var name = Name();

        using var added = await AddAsync(new { name, url = "https://ci.example.com/hooks/agent", events = (string[])["failed", "stopped"] });

        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        var secret = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        secret.ShouldStartWith("whsec_");
        (await _door.GetAsync("webhooks")).GetRawText().ShouldNotContain(secret);
        var shown = await _door.GetAsync($"webhooks/{name}");
        shown.GetRawText().ShouldNotContain(secret);
        shown.GetProperty("events").EnumerateArray().Select(one => one.GetString()).ShouldBe(["failed", "stopped"]);
        var log = await _door.Services.GetRequiredService<OperatorLog>().ListAsync(50);
        log.ShouldContain(entry => entry.Action == "webhook_added" && entry.Subject == name && entry.Principal == "local");
        JsonSerializer.Serialize(log).ShouldNotContain(secret);
    }

    [Fact]
    public async Task Every_mistake_is_named()
    {
        using var answer = await AddAsync(new { name = "No Name", url = "ftp://user@example.com/", events = (string[])["paused"] });

        var (status, code, detail) = await answer.ProblemAsync();
        (status, code).ShouldBe((400, "invalid_webhook"));
        detail.ShouldContain("\"No Name\"");
        detail.ShouldContain("ftp://user@example.com/");
        detail.ShouldContain("\"paused\" is no end of a run");
    }

    [Fact]
    public async Task A_run_names_one_that_there_is()
    {
        var name = Name();
        using var added = await AddAsync(new { name, url = "https://ci.example.com/", only_named = true });

        using var taken = await _door.SubmitAsync(new { goal = "Describe it", workspace = Path.GetTempPath(), webhook = name });
        using var refused = await _door.SubmitAsync(new { goal = "Describe it", workspace = Path.GetTempPath(), webhook = name + "-not" });

        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var runId = (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        (await _door.Journal.ReadAsync(runId).FirstAsync()).Event.ShouldBeOfType<RunSubmitted>().Webhook.ShouldBe(name);
        (await refused.ProblemAsync()).Code.ShouldBe("unknown_webhook");
    }

    [Fact]
    public async Task A_schedule_names_one_that_there_is()
    {
        var name = Name();
        using var added = await AddAsync(new { name, url = "https://ci.example.com/", only_named = true });

        using var taken = await PostAsync("schedules", new { name = $"n-{name}", cron = "30 2 * * 1-5", goal = "Run the tests", workspace = Path.GetTempPath(), webhook = name });
        using var refused = await PostAsync("schedules", new { name = $"r-{name}", cron = "30 2 * * 1-5", goal = "Run the tests", workspace = Path.GetTempPath(), webhook = name + "-not" });

        (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("webhook").GetString().ShouldBe(name);
        (await refused.ProblemAsync()).Detail.ShouldContain($"There is no webhook \"{name}-not\"");
        using var removed = await _door.Client.DeleteAsync(new Uri($"schedules/n-{name}", UriKind.Relative));
    }

    [Fact]
    public async Task A_template_names_one_that_there_is_and_its_runs_may_name_another()
    {
        var (name, other) = (Name(), Name());
        using var added = await AddAsync(new { name, url = "https://ci.example.com/", only_named = true });
        using var addedOther = await AddAsync(new { name = other, url = "https://ci.example.com/", only_named = true });

        using var refused = await PostAsync("templates", new { name = $"r-{name}", goal = "Describe it", webhook = name + "-not" });
        using var taken = await PostAsync("templates", new { name = $"t-{name}", goal = "Describe it", workspace = Path.GetTempPath(), webhook = name });
        var first = await HookOfAsync(await PostAsync($"templates/t-{name}/run", new { }));
        var second = await HookOfAsync(await PostAsync($"templates/t-{name}/run", new { webhook = other }));

        (await refused.ProblemAsync()).Detail.ShouldContain($"There is no webhook \"{name}-not\"");
        (first, second).ShouldBe((name, other));
    }

    [Fact]
    public async Task A_test_is_owed_until_the_webhook_is_removed()
    {
        var name = Name();
        using var added = await AddAsync(new { name, url = "https://ci.example.com/" });

        using var test = await _door.Client.PostAsync(new Uri($"webhooks/{name}/test", UriKind.Relative), null);
        var owed = await _door.GetAsync($"webhooks/{name}");
        using var removed = await _door.Client.DeleteAsync(new Uri($"webhooks/{name}", UriKind.Relative));
        using var gone = await _door.Client.GetAsync(new Uri($"webhooks/{name}", UriKind.Relative));

        test.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var delivery = owed.GetProperty("deliveries").EnumerateArray().Single();
        (delivery.GetProperty("event").GetString(), delivery.GetProperty("state").GetString()).ShouldBe(("test", "pending"));
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await gone.ProblemAsync()).Code.ShouldBe("unknown_webhook");
        (await _door.Services.GetRequiredService<WebhookDeliveries>().PendingAsync()).ShouldAllBe(pending => pending.Webhook != name);
    }

    static string Name() => "hook-" + Guid.CreateVersion7().ToString("N")[..16];

    async Task<string?> HookOfAsync(HttpResponseMessage accepted)
    {
        using (accepted)
        {
            accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            var runId = (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
            return (await _door.Journal.ReadAsync(runId).FirstAsync()).Event.ShouldBeOfType<RunSubmitted>().Webhook;
        }
    }

    Task<HttpResponseMessage> PostAsync(string path, object body) => _door.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);

    Task<HttpResponseMessage> AddAsync(object body) => _door.Client.PostAsync(new Uri("webhooks", UriKind.Relative), JsonContent.Create(body));
}
