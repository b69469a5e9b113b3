using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Journal.Tests.Runs;

public class RunStateTests
{
    static readonly IRunEvent[] Started =
    [
        Sample.Submitted(), new PlanAccepted(1, Sample.Plan("survey", "report")), new StepDispatched("survey", 1), new StepLeased("survey", 1, "executor-1", 7),
    ];

    [Fact]
    public void Fold_ModelReplies_AddsUpByRoleAndStep()
    {
        var state = Chain.Fold(
            new RunSubmitted("goal", "/w", "anna"),
            Said("planner", null, new TokenUsage(100, 10)),
            new PlanAccepted(1, new Plan("s", [new PlanStep("a", "A", "do", [], [], EffectClass.Pure, [])])),
            new StepDispatched("a", 1),
            new StepLeased("a", 1, "executor", 1),
            Said("executor", "a", new TokenUsage(50, 5, 20, 2, 0.25m)),
            Said("reviewer", "a", new TokenUsage(30, 3, CostUsd: 0.5m)));

        state.Use.ShouldBe(new ModelUse(3, 180, 18, 20, 2, 0.75m));
        state.UseByRole["planner"].ShouldBe(new ModelUse(1, 100, 10, 0, 0, null));
        state.UseByRole["executor"].CostUsd.ShouldBe(0.25m);
        state.Step("a").Use.ShouldBe(new ModelUse(2, 80, 8, 20, 2, 0.75m));
        state.Step("a").Replies.Count.ShouldBe(1);

        static ModelReplied Said(string role, string? step, TokenUsage usage) => new(role, step, 1, 1, "m", "text", [], usage, "stop", 1, "digest");
    }

    [Fact]
    public void A_run_goes_from_queued_to_succeeded()
    {
        Chain.Fold(Sample.Submitted()).Phase.ShouldBe(RunPhase.Queued);
        Chain.Fold(Sample.Submitted(), Sample.Replied(null, role: "planner")).Phase.ShouldBe(RunPhase.Planning);
        Chain.Fold(Started).Phase.ShouldBe(RunPhase.Running);
        Chain.Fold([Sample.Submitted(), new PlanAccepted(1, Sample.Plan("survey")), new StepDispatched("survey", 1), Executed(0), Accepted()]).Phase.ShouldBe(RunPhase.Reviewing);
        Chain.Fold([.. Started, new RunEnded(RunPhase.Succeeded, StopReason.Done, "# Report")]).Phase.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public void A_taken_over_step_keeps_its_conversation_and_has_the_new_owner()
    {
        var step = Chain.Fold([.. Started, Sample.Replied(), Sample.Decided("survey.1#1"), new StepLeased("survey", 1, "executor-2", 9)]).Step("survey");

        (step.Phase, step.Owner, step.Token).ShouldBe((StepPhase.Running, "executor-2", 9));
        step.Replies.Count.ShouldBe(1);
        step.CallIds.ShouldBe(["survey.1#1"]);
    }

    [Fact]
    public void What_a_stale_owner_says_is_not_heard()
    {
        var step = Chain.Fold([.. Started, new StepLeased("survey", 1, "executor-2", 9), Executed(7), new StepLeased("survey", 1, "executor-1", 7)]).Step("survey");

        (step.Phase, step.Owner, step.Token, step.Answer).ShouldBe((StepPhase.Running, "executor-2", 9, null));
    }

    [Fact]
    public void What_is_said_about_an_earlier_attempt_changes_nothing_but_the_count()
    {
        var state = Chain.Fold([.. Started, Sample.Replied(), new StepDispatched("survey", 2, "again"), Sample.Replied(), Executed(7), Accepted()]);

        var step = state.Step("survey");
        (step.Phase, step.Attempt, step.Feedback, step.Replies.Count).ShouldBe((StepPhase.Dispatched, 2, "again", 0));
        state.InputTokens.ShouldBe(200);
    }

    [Fact]
    public void The_outcome_of_a_call_is_kept_whoever_reports_it()
    {
        var state = Chain.Fold([.. Started, Sample.Decided("survey.1#1"), Sample.Started("survey.1#1"), new StepDispatched("survey", 2), Sample.Finished("survey.1#1")]);

        state.Calls["survey.1#1"].Finished.ShouldNotBeNull();
        state.Step("survey").CallIds.ShouldBeEmpty();
    }

    [Fact]
    public void A_step_stays_parked_until_every_call_that_asks_is_answered()
    {
        IRunEvent[] asked =
        [
            .. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1"), Sample.Decided("survey.1#2"), Asked("survey.1#2"),
            new ApprovalDecided("survey.1#1", "survey", true, "grace"),
        ];

        Chain.Fold(asked).Step("survey").Phase.ShouldBe(StepPhase.WaitingApproval);
        Chain.Fold(asked).Phase.ShouldBe(RunPhase.WaitingApproval);
        Chain.Fold([.. asked, new ApprovalDecided("survey.1#2", "survey", false, "grace")]).Step("survey").Phase.ShouldBe(StepPhase.Dispatched);
    }

    [Fact]
    public void The_first_answer_to_an_approval_counts()
    {
        var state = Chain.Fold([.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1"), new ApprovalDecided("survey.1#1", "survey", false, "grace"), new ApprovalDecided("survey.1#1", "survey", true, "ada")]);

        state.Calls["survey.1#1"].ApprovalAnswer!.Principal.ShouldBe("grace");
    }

    [Fact]
    public void Two_different_people_must_say_yes_where_two_are_asked_for()
    {
        IRunEvent[] asked = [.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1") with { Approvers = 2 }, Yes("grace"), Yes("Grace")];

        Chain.Fold(asked).Phase.ShouldBe(RunPhase.WaitingApproval);
        Chain.Fold([.. asked, Yes("lin")]).Calls["survey.1#1"].ApprovalAnswer!.Principal.ShouldBe("lin");
    }

    [Fact]
    public void The_submitter_does_not_count_where_the_rule_says_so()
    {
        IRunEvent[] asked = [.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1") with { NotSubmitter = true }, Yes("ADA")];

        Chain.Fold(asked).Calls["survey.1#1"].ApprovalAnswer.ShouldBeNull();
        Chain.Fold([.. asked, Yes("grace")]).Calls["survey.1#1"].ApprovalAnswer!.Principal.ShouldBe("grace");
    }

    [Fact]
    public void A_yes_to_other_arguments_takes_back_the_yes_before_it()
    {
        IRunEvent[] asked =
        [
            .. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1") with { Approvers = 2 }, Yes("grace"),
            Yes("lin") with { Arguments = Sample.Json("""{"path":"c.txt"}""") },
        ];

        var call = Chain.Fold(asked).Calls["survey.1#1"];
        call.ApprovalAnswer.ShouldBeNull();
        call.ApprovalAnswers.ShouldHaveSingleItem().Principal.ShouldBe("lin");
        Chain.Fold([.. asked, Yes("grace")]).Calls["survey.1#1"].EditedArguments!.Value.GetRawText().ShouldBe("""{"path":"c.txt"}""");
    }

    [Fact]
    public void A_void_question_and_its_answers_count_no_more()
    {
        var call = Chain.Fold([.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1"), Yes("grace"), new ApprovalVoided("survey.1#1", "survey", 1, [new ApprovalDifference("bundle", "b1", "b2")]), Yes("lin")]).Calls["survey.1#1"];

        call.Approval.ShouldBeNull();
        call.ApprovalAnswer.ShouldBeNull();
        call.PastQuestions.ShouldHaveSingleItem().Answers.ShouldHaveSingleItem().Principal.ShouldBe("grace");
    }

    [Fact]
    public void An_approval_of_a_run_is_none_of_its_fork()
    {
        IRunEvent[] history = [.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1"), Yes("grace")];

        var fork = Chain.Fold([history[0], new RunForked(Chain.RunId, history.Length, new string('a', 64), "ada"), .. history[1..]]);

        fork.Calls["survey.1#1"].ApprovalAnswer.ShouldBeNull();
        fork.Calls["survey.1#1"].PastQuestions.ShouldHaveSingleItem().Differences.ShouldHaveSingleItem().What.ShouldBe("run");
    }

    [Fact]
    public void An_unknown_call_parks_its_step_until_a_person_says_what_happened()
    {
        IRunEvent[] unknown = [.. Started, Sample.Decided("survey.1#1"), Sample.Started("survey.1#1"), new ToolCallUnknown("survey.1#1", "survey", 1, "run_command", "died")];

        Chain.Fold(unknown).Step("survey").Phase.ShouldBe(StepPhase.Unknown);
        Chain.Fold(unknown).Phase.ShouldBe(RunPhase.WaitingApproval);
        Chain.Fold([.. unknown, new ToolCallResolved("survey.1#1", "survey", true, "grace")]).Step("survey").Phase.ShouldBe(StepPhase.Dispatched);
    }

    [Fact]
    public void Each_step_waits_for_itself()
    {
        IRunEvent[] waiting = [.. Started, new RunWaiting("capacity", "429", "survey"), new RunWaiting("capacity", "503", "report")];

        Chain.Fold(waiting).Phase.ShouldBe(RunPhase.WaitingCapacity);
        Chain.Fold([.. waiting, new RunWaitEnded("capacity", "survey")]).Phase.ShouldBe(RunPhase.WaitingCapacity);
        Chain.Fold([.. waiting, new RunWaitEnded("capacity", "survey")]).WaitReason.ShouldBe("503");
        Chain.Fold([.. waiting, new RunWaitEnded("capacity", "survey"), new RunWaitEnded("capacity", "report")]).Phase.ShouldBe(RunPhase.Running);
        Chain.Fold([.. waiting, new RunWaitEnded("capacity")]).Phase.ShouldBe(RunPhase.Running);
    }

    [Fact]
    public void A_model_that_answers_is_not_waited_for() =>
        Chain.Fold([.. Started, new RunWaiting("capacity", "429", "survey"), Sample.Replied()]).Phase.ShouldBe(RunPhase.Running);

    [Fact]
    public void A_new_plan_keeps_accepted_steps_and_nothing_else()
    {
        var state = Chain.Fold([.. Started, Executed(7), Accepted(), new StepDispatched("report", 1), new PlanAccepted(2, Sample.Plan("survey", "report", "extra")), new StepExecuted("report", 1, "late", [], 0)]);

        state.Steps.Select(step => (step.Id, step.Phase, step.Attempt)).ShouldBe([("survey", StepPhase.Accepted, 1), ("report", StepPhase.Pending, 1), ("extra", StepPhase.Pending, 0)]);
    }

    [Fact]
    public void A_step_that_was_given_up_or_left_the_plan_while_it_waited_holds_nothing_up()
    {
        IRunEvent[] asked = [.. Started, Sample.Decided("survey.1#1"), Asked("survey.1#1")];

        StandsStill(asked).ShouldBeTrue();
        StandsStill([.. asked, new StepFailed("survey", 1, "limit", "late", false, 0)]).ShouldBeFalse();
        StandsStill([.. asked, new StepRetryRequested("survey", "ada")]).ShouldBeFalse();
        StandsStill([.. asked, new PlanAccepted(2, Sample.Plan("report"))]).ShouldBeFalse();
        StandsStill([.. Started, Sample.Decided("survey.1#1"), new PlanAccepted(2, Sample.Plan("report")), Asked("survey.1#1")]).ShouldBeFalse();

        static bool StandsStill(IRunEvent[] events) => Chain.Fold(events) is var state && state.Waited(state.UpdatedAt.AddHours(1)) > state.Waited(state.UpdatedAt);
    }

    [Fact]
    public void A_verdict_on_the_run_is_void_once_a_step_runs_again()
    {
        IRunEvent[] judged = [.. Started, Executed(7), Accepted(), new RunReviewed(1, Verdict.Retry, "thin", [])];

        Chain.Fold(judged).Review!.Verdict.ShouldBe(Verdict.Retry);
        Chain.Fold([.. judged, new StepDispatched("survey", 2)]).Review.ShouldBeNull();
        Chain.Fold([.. judged, new PlanAccepted(2, Sample.Plan("survey")), new RunReviewed(1, Verdict.Accept, "late", [])]).Review.ShouldBeNull();
    }

    [Fact]
    public void The_reviewers_talk_is_no_part_of_the_steps_conversation() =>
        Chain.Fold([.. Started, Sample.Replied(), Sample.Replied(role: "reviewer")]).Step("survey").Replies.Count.ShouldBe(1);

    [Fact]
    public void An_entry_out_of_order_is_refused()
    {
        var entries = Chain.Of(Started);
        var state = new RunState(Chain.RunId);
        state.Apply(entries[0]);

        Should.Throw<InvalidOperationException>(() => state.Apply(entries[2])).Message.ShouldContain("entry 3 does not follow 1");
    }

    static StepExecuted Executed(long token) => new("survey", 1, "12 files", [], token);

    static StepReviewed Accepted() => new("survey", 1, Verdict.Accept, "good", []);

    static ApprovalDecided Yes(string principal) => new("survey.1#1", "survey", true, principal);

    static ApprovalRequested Asked(string callId) => new(callId, "survey", 1, "write_file", Sample.Json("{}"), "r", "why", "b1", DateTimeOffset.UnixEpoch);
}
