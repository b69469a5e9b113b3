using System.Net.Http.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_a_step_s_unknown_call_is_answered(SharedDoor shared)
{
    static readonly object ReadsTheLog = new { check = new { tool = "read_file", arguments = new { path = "log.txt" }, expect = "v7" }, comment = "let us look" };

    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task It_need_not_be_named_while_it_is_the_only_one()
    {
        var runId = await UnknownAsync();

        using var said = await SayAsync(runId, new { happened = false, comment = "I looked" });
        using var again = await SayAsync(runId, new { happened = false });
        using var against = await SayAsync(runId, new { happened = true });

        ((int)said.StatusCode).ShouldBe(202);
        ((int)again.StatusCode).ShouldBe(202);
        (await against.ProblemAsync()).Code.ShouldBe("already_decided");
        (await EventsAsync<ToolCallResolved>(runId)).ShouldBe([new ToolCallResolved("projects.1#1", "projects", false, "local", "I looked")]);
    }

    [Fact]
    public async Task A_check_is_in_the_journal_with_who_wants_it_and_once()
    {
        var runId = await UnknownAsync();

        using var wanted = await SayAsync(runId, ReadsTheLog);
        using var again = await SayAsync(runId, ReadsTheLog);
        using var other = await SayAsync(runId, new { check = new { tool = "list_files", arguments = new { } } });

        ((int)wanted.StatusCode).ShouldBe(202);
        ((int)again.StatusCode).ShouldBe(202);
        (await other.ProblemAsync()).Code.ShouldBe("check_running");
        var check = (await EventsAsync<ToolCallCheckRequested>(runId)).ShouldHaveSingleItem();
        (check.CallId, check.Check, check.Tool, check.Expect, check.Principal, check.Comment).ShouldBe(("projects.1#1", 1, "read_file", "v7", "local", "let us look"));
        (await _door.GetAsync("approvals")).GetProperty("approvals").EnumerateArray().Single(call => call.GetProperty("run_id").GetGuid() == runId)
            .GetProperty("open_check").GetProperty("tool").GetString().ShouldBe("read_file");
    }

    [Fact]
    public async Task Of_several_each_is_named()
    {
        var runId = await UnknownAsync(
            new ToolCallDecided("projects.1#2", "projects", 1, "git", System.Text.Json.JsonElement.Parse("{}"), CallDecision.Allow, "r", "", "b"),
            new ToolCallStarted("projects.1#2", "projects", 1, "git", "k", EffectClass.Irreversible, 1),
            new ToolCallUnknown("projects.1#2", "projects", 1, "git", "the executor died"));

        using var unnamed = await SayAsync(runId, new { happened = true });
        using var named = await SayAsync(runId, new { happened = true, call = "projects.1#2" });

        var (_, code, detail) = await unnamed.ProblemAsync();
        code.ShouldBe("several_unknown_calls");
        detail.ShouldContain("projects.1#1 (");
        detail.ShouldContain("projects.1#2 (git)");
        ((int)named.StatusCode).ShouldBe(202);
    }

    [Theory]
    [InlineData("projects", """{"happened":true,"check":{"tool":"read_file","arguments":{}}}""", "invalid_request")]
    [InlineData("projects", "{}", "invalid_request")]
    [InlineData("projects", """{"check":{"tool":" ","arguments":{}}}""", "invalid_check")]
    [InlineData("projects", """{"check":{"tool":"read_file","arguments":[]}}""", "invalid_check")]
    [InlineData("projects", """{"happened":true,"call":"projects.1#9"}""", "unknown_call")]
    [InlineData("nonsense", """{"happened":true}""", "unknown_step")]
    public async Task What_does_not_fit_is_refused_with_a_code(string step, string body, string code)
    {
        var runId = await UnknownAsync();

        using var answer = await _door.Client.PostAsync(new Uri($"runs/{runId}/steps/{step}/resolve", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        (await answer.ProblemAsync()).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_paused_run_is_not_looked_into()
    {
        var runId = await UnknownAsync(new RunPaused("ada"));

        using var answer = await SayAsync(runId, ReadsTheLog);

        (await answer.ProblemAsync()).Code.ShouldBe("run_paused");
    }

    Task<Guid> UnknownAsync(params IReadOnlyList<IRunEvent> more) =>
        _door.AppendAsync([.. SampleRuns.Running(), new ToolCallUnknown("projects.1#1", "projects", 1, "run_command", "the executor died"), .. more]);

    Task<HttpResponseMessage> SayAsync(Guid runId, object body) =>
        _door.Client.PostAsync(new Uri($"runs/{runId}/steps/projects/resolve", UriKind.Relative), JsonContent.Create(body));

    async Task<List<T>> EventsAsync<T>(Guid runId) => await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).OfType<T>().ToListAsync();
}
