using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Cli.Tests;

/// <summary>A door over HTTP that plays one run: the views it is given, one a look, the last one for ever.</summary>
sealed class FakeDoor : IAsyncDisposable
{
    public const string Key = "the-key";
    public static readonly Guid RunId = Guid.Parse("01933333-0000-7000-8000-000000000001");

    readonly WebApplication _app;
    readonly Queue<JsonObject> _views;

    FakeDoor(WebApplication app, IEnumerable<JsonObject> views)
    {
        _app = app;
        _views = new Queue<JsonObject>(views);
    }

    public Uri Url => new(_app.Urls.First());

    public List<string> Requests { get; } = [];

    /// <summary>The last answer to a question about a call.</summary>
    public JsonObject? Answer { get; private set; }

    /// <summary>Entries of the run's journal behind the first.</summary>
    public List<JsonObject> Entries { get; } = [];

    /// <summary>What an answer about a step's call is refused with; null = it is taken.</summary>
    public IResult? Problem { get; set; }

    /// <summary>The run's journal as it is exported.</summary>
    public string Export { get; set; } = "";

    /// <summary>Looks at the run that are answered 503 first.</summary>
    public int Away { get; set; }

    public static async Task<FakeDoor> StartAsync(params JsonObject[] views)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var door = new FakeDoor(app, views);
        app.Use(door.AuthenticateAsync);
        app.MapPost("/runs", () => Results.Json(new { run_id = RunId, state = "queued" }, statusCode: 202));
        app.MapGet("/runs", () => Results.Json(new JsonObject { ["runs"] = new JsonArray(ListItem()) }));
        app.MapGet("/runs/{id}", door.Look);
        app.MapGet("/runs/{id}/events", () => Results.Json(new JsonArray([Entry(), .. door.Entries.Select(entry => entry.DeepClone())])));
        app.MapGet("/runs/{id}/export", () => Results.Text(door.Export));
        app.MapGet("/runs/{id}/verify", () => Results.Json(new { run_id = RunId, holds = false, entries = 7, head = "abc", broken_at = 4, reason = "the hash differs" }));
        app.MapGet("/doctor", (bool upgrade) => Results.Json(new
        {
            ok = false,
            at = TimeProvider.System.GetUtcNow(),
            checks = new[] { new { name = "sandbox", ok = false, found = "plain", cure = (string?)"Install bubblewrap." }, new { name = "open runs", ok = upgrade, found = "3 open runs", cure = (string?)null } },
        }));
        app.MapPost("/states/backtest", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(new
            {
                runs = 1,
                states = new[] { new { state = "panic", recorded = 0, would = 1, @new = 1, gone = 0 } },
                differing = new[] { new { run_id = RunId, goal = "Count", differences = new[] { new { state = "panic", step_id = "a", attempt = 1, change = "new", sequence = 9, reason = "The last 3 calls failed.", is_first = true } } } },
            });
        });
        app.MapPost("/replays", () => Results.Json(new { run_id = RunId, holds = false, entries = 9, compared = 3, taken_over = 0, divergence = new { sequence = 5, type = "StepDispatched", expected = "StepDispatched b", recorded = "StepDispatched c", why = "Others held then.", by = "planner-service" } }));
        app.MapGet("/runs/{id}/plan", () => Results.Json(new
        {
            run_id = RunId,
            version = 2,
            plan = new { summary = "s", steps = new[] { new { id = "deploy", title = "Put it live", instruction = "do", depends_on = Array.Empty<string>(), tools = Array.Empty<string>(), effect = "irreversible", acceptance = Array.Empty<object>() } } },
            sign_off = new { state = "waiting", reason = "Policy wants it." },
        }));
        app.MapPost("/runs/{id}/plan/sign", () => Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202));
        app.MapPost("/runs/{id}/steps/{step}/resolve", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return door.Problem ?? Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202);
        });
        app.MapGet("/runs/{id}/changes", () => Results.Json(new
        {
            run_id = RunId,
            state = "waiting",
            directory = "/state/copies/1/tree",
            digest = "d1f5",
            added = 1,
            changed = 0,
            removed = 1,
            files = new object[] { new { path = "a.txt", change = "added", size = 3, lines_added = 2 }, new { path = "b.bin", change = "removed", size = 7, is_binary = true } },
            left_behind = new[] { "bin/x.dll" },
            left_out = Array.Empty<string>(),
            checks = new[] { new { argv = new[] { "dotnet", "test" }, state = "passed", exit_code = 0 } },
            reason = "Policy wants it.",
            refused = Array.Empty<string>(),
        }));
        app.MapGet("/runs/{id}/changes/diff", () => Results.Text("--- /dev/null\n+++ b/a.txt\n"));
        app.MapPost("/runs/{id}/changes/{verb}", () => Results.Json(new { run_id = RunId, state = "reviewing" }, statusCode: 202));
        app.MapPost("/runs/{id}/steps/{step}/{verb}", () => Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202));
        app.MapGet("/policies/status", () => Results.Json(new
        {
            valid = false,
            version = 3,
            digest = "d1",
            directory = "/policies",
            mistakes = new[] { new { file = "tools.yaml", line = 7, column = 3, problem = "Unknown key `answr`.", cure = "Did you mean `answer`?" } },
        }));
        app.MapGet("/budgets", () => Results.Json(new
        {
            budgets = new object[]
            {
                new { scope = "day", unit = "tokens", spent = 1200, reserved = 300, soft_limit = 40_000_000, cap = 50_000_000 },
                new { scope = "workspace", workspace = "/srv/site", unit = "cost_usd", spent = 0.25, reserved = 0 },
            },
        }));
        app.MapPost("/runs/{id}/budget", () => Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202));
        app.MapPost("/keys", () => Results.Json(new { name = "bob", roles = new[] { "approver" }, key = "agent_secret" }));
        app.MapPost("/keys/{name}/revoke", () => Results.NoContent());
        app.MapPost("/standing-approvals", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(new { id = "st-1", tool = "run_command", rule = "git-push-asks", expires_at = "2026-01-01T08:00:00Z" });
        });
        app.MapGet("/approvals", () => Results.Json(new { approvals = new[] { Question() } }));
        app.MapGet("/runs/{id}/approvals/{call}", () => Results.Json(Question()));
        app.MapPost("/runs/{id}/approvals/{call}", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202);
        });
        app.MapPost("/runs/{id}/{verb}", () => Results.Json(new { run_id = RunId, state = "running" }, statusCode: 202));
        app.MapGet("/schedules", () => Results.Json(new { schedules = new[] { Schedule() } }));
        app.MapPost("/schedules", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(Schedule(), statusCode: 201);
        });
        app.MapGet("/schedules/{name}", () => Results.Json(Schedule()));
        app.MapDelete("/schedules/{name}", () => Results.NoContent());
        app.MapPost("/schedules/{name}/{verb}", () => Results.Json(Schedule()));
        app.MapGet("/templates", () => Results.Json(new { templates = new[] { new { name = "count", goal = "How many {{what}}?", parameters = new[] { new { name = "what", type = "text", required = true } } } } }));
        app.MapPost("/templates", () => Results.Json(new { name = "count" }, statusCode: 201));
        app.MapGet("/templates/{name}", () => Results.Json(new { name = "count", workspace = "/w" }));
        app.MapDelete("/templates/{name}", () => Results.NoContent());
        app.MapPost("/templates/{name}/run", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(new { run_id = RunId, state = "queued" }, statusCode: 202);
        });
        app.MapGet("/webhooks", () => Results.Json(new { webhooks = new[] { Webhook(null) } }));
        app.MapPost("/webhooks", async (HttpContext context) =>
        {
            door.Answer = await context.Request.ReadFromJsonAsync<JsonObject>();
            return Results.Json(Webhook("whsec_1"), statusCode: 201);
        });
        app.MapGet("/webhooks/{name}", () => Results.Json(Webhook(null)));
        app.MapDelete("/webhooks/{name}", () => Results.NoContent());
        app.MapPost("/webhooks/{name}/test", () => Results.Json(new { id = "d1", @event = "test", state = "pending", tries = 0 }, statusCode: 202));
        app.MapGet("/kill-switch", () => Results.Json(Stopped(proven: true)));
        app.MapPost("/kill-switch/{verb}", () => Results.Json(Stopped(proven: false)));
        app.MapGet("/bus/queues", () => Results.Json(new { queues = new[] { new { name = "execute-step", ready = 4, delayed = 0, leased = 1, errors = 3, oldest_age_ms = 2500.0, consumers = 2 } } }));
        app.MapPost("/bus/queues/{queue}/{verb}", (string queue) => Results.Json(new { queue = $"{queue}_error", target = queue, dry_run = true, count = 3, messages = Array.Empty<object>() }));
        await app.StartAsync();
        return door;
    }

    public static JsonObject View(string state, string? stopReason = null, string? report = null, params string[] stepStates) => new()
    {
        ["run_id"] = RunId.ToString(),
        ["goal"] = "Describe this repository",
        ["workspace"] = "/w",
        ["state"] = state,
        ["stop_reason"] = stopReason,
        ["report"] = report,
        ["steps"] = new JsonArray([.. stepStates.Select((step, i) => (JsonNode)new JsonObject { ["id"] = $"s{i + 1}", ["title"] = $"Step {i + 1}", ["state"] = step, ["attempts"] = 1 })]),
        ["plan_version"] = stepStates.Length > 0 ? 1 : 0,
        ["tool_calls"] = 3,
        ["tokens"] = 120,
        ["duration_ms"] = 1500,
        ["journal_head"] = "f00d",
        ["journal_length"] = 20,
        ["submitted_at"] = "2026-01-01T00:00:00Z",
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    static object Question() => new
    {
        run_id = RunId,
        goal = "Release",
        call_id = "push.1#1",
        step_id = "push",
        question = "approve",
        state = "pending",
        tool = "run_command",
        arguments = new { argv = new[] { "git", "push" } },
        rule = "git-push-asks",
        reason = "A person decides.",
        submitter = "ada",
        approvers = 2,
        not_submitter = true,
        answers = new[] { new { approved = true, principal = "grace" } },
        differences = new[] { new { what = "bundle", asked = "b1", now = "b2" } },
        digest = "d1g35t",
    };

    static object Schedule() => new
    {
        name = "nightly",
        cron = "30 2 * * *",
        time_zone = "UTC",
        goal = "Run the tests",
        workspace = "/w",
        principal = "ada",
        misfire = "once",
        overlap = "skip",
        paused = false,
        next = new[] { new DateTimeOffset(2026, 1, 2, 2, 30, 0, TimeSpan.Zero) },
        recent = new object[] { new { at = new DateTimeOffset(2026, 1, 1, 2, 30, 0, TimeSpan.Zero), why = "it was missed" } },
    };

    static object Webhook(string? secret) => new
    {
        name = "ci",
        url = "https://ci.example.com/",
        events = new[] { "succeeded", "failed" },
        only_named = false,
        principal = "ada",
        secret,
        deliveries = new object[]
        {
            new { id = "d1", @event = "test", state = "delivered", tries = 1, status = 204, owed_at = DateTimeOffset.UnixEpoch },
            new { id = "d2", run_id = RunId, @event = "run.failed", state = "failed", tries = 8, error = "It answered 500.", owed_at = DateTimeOffset.UnixEpoch },
        },
    };

    static object Stopped(bool proven) => new
    {
        engaged = true,
        epoch = 1,
        principal = "ada",
        comment = "why not",
        at = DateTimeOffset.UnixEpoch,
        proven,
        instances = new[] { new { instance = "executor-service/1", epoch = 1, stopped = proven, in_flight = proven ? 0 : 2, at = DateTimeOffset.UnixEpoch } },
    };

    static JsonObject ListItem() => new()
    {
        ["run_id"] = RunId.ToString(),
        ["goal"] = "Count the lines",
        ["state"] = "running",
        ["submitted_at"] = "2026-01-01T00:00:00Z",
        ["steps_done"] = 1,
        ["steps_total"] = 3,
    };

    public static JsonObject Entry(int sequence, string type, JsonObject data) => new()
    {
        ["seq"] = sequence,
        ["at"] = "2026-01-01T00:00:01Z",
        ["type"] = type,
        ["actor"] = "executor-1",
        ["data"] = data,
    };

    static JsonObject Entry() => new()
    {
        ["seq"] = 1,
        ["at"] = "2026-01-01T00:00:00.123Z",
        ["type"] = "RunSubmitted",
        ["actor"] = "dashboard-web",
        ["data"] = new JsonObject { ["goal"] = "Count the lines" },
    };

    IResult Look()
    {
        if (Away-- > 0)
        {
            return Results.Problem("The store is away.", statusCode: 503);
        }

        return Results.Json(_views.Count > 1 ? _views.Dequeue() : _views.Peek());
    }

    async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        lock (Requests)
        {
            Requests.Add($"{context.Request.Method} {context.Request.Path}");
        }

        if (context.Request.Headers.Authorization != $"Bearer {Key}")
        {
            await Results.Problem("No such key.", statusCode: 401).ExecuteAsync(context);
            return;
        }

        await next(context);
    }
}
