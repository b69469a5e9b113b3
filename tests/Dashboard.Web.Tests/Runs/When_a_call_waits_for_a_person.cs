using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_a_call_waits_for_a_person(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task It_is_listed_with_what_the_decision_rests_on()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));

        var waiting = (await _door.GetAsync("approvals")).GetProperty("approvals").EnumerateArray().Single(call => call.GetProperty("run_id").GetGuid() == runId);

        waiting.GetProperty("call_id").GetString().ShouldBe("push.1#1");
        waiting.GetProperty("question").GetString().ShouldBe("approve");
        waiting.GetProperty("rule").GetString().ShouldBe("git-push-asks");
        waiting.GetProperty("arguments").GetProperty("argv").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task The_first_answer_holds_and_carries_the_session_s_principal()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));

        using var approved = await AnswerAsync(runId, new { approve = true, comment = "reviewed", principal = "somebody-else" });
        using var again = await AnswerAsync(runId, new { approve = true });
        using var against = await AnswerAsync(runId, new { approve = false });

        ((int)approved.StatusCode).ShouldBe(202);
        ((int)again.StatusCode).ShouldBe(202);
        (await against.ProblemAsync()).Code.ShouldBe("already_decided");
        (await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync()).OfType<ApprovalDecided>()
            .ShouldHaveSingleItem().ShouldBe(new ApprovalDecided("push.1#1", "push", true, "local", "reviewed"));
    }

    [Fact]
    public async Task Two_people_at_once_give_one_decision()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(turn => AnswerAsync(runId, new { approve = turn % 2 == 0 })));

        answers.Count(answer => (int)answer.StatusCode == 202).ShouldBe(3);
        (await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync()).OfType<ApprovalDecided>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_question_that_expired_can_not_be_answered()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(-1));

        using var answer = await AnswerAsync(runId, new { approve = true });

        (await answer.ProblemAsync()).Code.ShouldBe("approval_expired");
    }

    [Fact]
    public async Task An_answer_to_a_question_that_has_changed_since_is_refused()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));
        var seen = (await _door.GetAsync(Path(runId))).GetProperty("digest").GetString();

        using var stale = await AnswerAsync(runId, new { approve = true, digest = "0123456789abcdef" });
        using var edited = await AnswerAsync(runId, new { approve = true, digest = seen, arguments = new { argv = (string[])["git", "status"] } });

        (await stale.ProblemAsync()).Code.ShouldBe("question_changed");
        ((int)edited.StatusCode).ShouldBe(202);
        var now = await _door.GetAsync(Path(runId));
        now.GetProperty("state").GetString().ShouldBe("approved");
        now.GetProperty("arguments").GetRawText().ShouldBe("""{"argv":["git","status"]}""");
        now.GetProperty("original").GetProperty("argv").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task Arguments_that_are_no_object_are_refused()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));

        using var answer = await AnswerAsync(runId, new { approve = true, arguments = 7 });

        (await answer.ProblemAsync()).Code.ShouldBe("invalid_arguments");
    }

    [Fact]
    public async Task The_submitter_may_not_approve_where_the_rule_says_so()
    {
        var runId = await _door.AppendAsync([.. SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow().AddMinutes(5))
            .Select(happened => happened switch
            {
                ApprovalRequested asked => asked with { NotSubmitter = true },
                RunSubmitted submitted => submitted with { Principal = "local" },
                _ => happened,
            })]);

        using var answer = await AnswerAsync(runId, new { approve = true });

        ((int)answer.StatusCode).ShouldBe(403);
        (await answer.ProblemAsync()).Code.ShouldBe("submitter_may_not_approve");
    }

    [Fact]
    public async Task What_was_asked_before_is_listed_by_its_state()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(-1));

        var expired = (await _door.GetAsync("approvals?state=expired")).GetProperty("approvals").EnumerateArray();

        expired.Select(call => call.GetProperty("run_id").GetGuid()).ShouldContain(runId);
        using var wrong = await _door.Client.GetAsync(new Uri("approvals?state=gone", UriKind.Relative));
        (await wrong.ProblemAsync()).Code.ShouldBe("invalid_state");
    }

    [Fact]
    public async Task A_call_that_does_not_wait_is_not_found()
    {
        var runId = await WaitingAsync(TimeSpan.FromMinutes(5));

        using var answer = await _door.Client.PostAsync(new Uri($"runs/{runId}/approvals/{Uri.EscapeDataString("check.1#1")}", UriKind.Relative), JsonContent.Create(new { approve = true }));

        (await answer.ProblemAsync()).Code.ShouldBe("unknown_approval");
    }

    [Fact]
    public async Task A_call_of_unknown_outcome_is_settled_by_saying_what_happened()
    {
        var runId = await _door.AppendAsync([.. SampleRuns.Running(), new ToolCallUnknown("projects.1#1", "projects", 1, "run_command", "the executor died")]);
        var path = new Uri($"runs/{runId}/calls/{Uri.EscapeDataString("projects.1#1")}/resolve", UriKind.Relative);

        using var said = await _door.Client.PostAsync(path, JsonContent.Create(new { happened = true }));
        using var unclear = await _door.Client.PostAsync(path, JsonContent.Create(new { }));

        ((int)said.StatusCode).ShouldBe(202);
        (await unclear.ProblemAsync()).Code.ShouldBe("invalid_request");
        (await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync()).OfType<ToolCallResolved>().ShouldHaveSingleItem().Happened.ShouldBeTrue();
    }

    static string Path(Guid runId) => $"runs/{runId}/approvals/{Uri.EscapeDataString("push.1#1")}";

    Task<Guid> WaitingAsync(TimeSpan expiresIn) => _door.AppendAsync(SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow() + expiresIn));

    Task<HttpResponseMessage> AnswerAsync(Guid runId, object body) =>
        _door.Client.PostAsync(new Uri($"runs/{runId}/approvals/{Uri.EscapeDataString("push.1#1")}", UriKind.Relative), JsonContent.Create(body));
}
