using Agent.Contracts;
using Agent.Llm.Offline;
using Agent.Reviewer.Service.Checks;
using Agent.Reviewer.Service.Reviews;
using Agent.Reviewer.Service.Tests.Checks;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Tests.Reviews;

public sealed class StepReviewerTests
{
    [Fact]
    public async Task Review_AllChecksPass_Accepts()
    {
        using var step = new ReviewedStep("hello [a.1#1]", acceptance: [new(CriterionKind.AnswerGiven), new(CriterionKind.AnswerContains, Text: "hello")]);

        var reviewed = await ReviewAsync(step);

        reviewed.Verdict.ShouldBe(Verdict.Accept);
        reviewed.Checks.Count.ShouldBe(3);
        reviewed.Checks.ShouldAllBe(check => check.Passed && check.Evidence.Length > 0);
    }

    [Fact]
    public async Task Review_NoCriteria_StillWantsAnAnswer()
    {
        using var step = new ReviewedStep("Not done: no way.");

        var reviewed = await ReviewAsync(step);

        reviewed.Verdict.ShouldBe(Verdict.Replan);
        reviewed.Feedback.ShouldContain("Not done: no way.");
    }

    [Fact]
    public async Task Review_InventedCitation_IsRefused()
    {
        using var step = new ReviewedStep("True [a.1#7].");

        var reviewed = await ReviewAsync(step);

        reviewed.Verdict.ShouldBe(Verdict.Retry);
        reviewed.Feedback.ShouldContain("Not in the journal: a.1#7");
    }

    [Fact]
    public async Task Review_MachineCheckFails_ModelIsNotAsked()
    {
        using var step = new ReviewedStep("x", acceptance: [new(CriterionKind.Judged, Text: "Good?"), new(CriterionKind.AnswerContains, Text: "hello")]);
        var model = new ScriptedModel();

        var reviewed = await ReviewAsync(step, model);

        reviewed.Verdict.ShouldBe(Verdict.Retry);
        model.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Review_RulesGaveTheAnswer_ItIsNotAskedForAgain()
    {
        using var step = new ReviewedStep("x", OfflineChatClient.ModelId, new AcceptanceCriterion(CriterionKind.AnswerContains, Text: "hello"));

        (await ReviewAsync(step)).Verdict.ShouldBe(Verdict.Fail);
    }

    [Fact]
    public void Verdict_TheGravestFailureDecides()
    {
        Finding[] findings = [new("a", false, "", Verdict.Retry), new("b", false, "", Verdict.Escalate), new("c", true, "")];

        StepVerdict.Of(findings).ShouldBe((Verdict.Escalate, "- a: \n- b: "));
    }

    static async Task<StepReviewed> ReviewAsync(ReviewedStep step, ScriptedModel? model = null)
    {
        var judgement = new Judgement(model ?? new ScriptedModel(), Options.Create(new CheckOptions()), TimeProvider.System);
        var reviewer = new StepReviewer([new AnswerGivenCheck(), new AnswerContainsCheck(), new JudgedCheck(judgement)]);
        var facts = await reviewer.ReviewAsync(step.UnderReview, TestContext.Current.CancellationToken);
        return facts[^1].ShouldBeOfType<StepReviewed>();
    }
}
