using Agent.Contracts;
using Agent.Llm.Offline;
using Agent.Reviewer.Service.Checks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Tests.Checks;

public sealed class JudgementTests : IDisposable
{
    readonly ReviewedStep _step = new("It failed [a.1#1].");

    [Fact]
    public async Task Ask_PassedWithEvidence_IsTakenAndJournalled()
    {
        var finding = await AskAsync(new ScriptedModel("""{"passed":true,"verdict":"accept","evidence":["a.1#1"],"feedback":""}"""));

        finding.Passed.ShouldBeTrue();
        finding.Evidence.ShouldBe("[a.1#1]");
        var reply = finding.Facts.ShouldNotBeNull().ShouldHaveSingleItem().ShouldBeOfType<ModelReplied>();
        reply.Role.ShouldBe("reviewer");
        reply.Usage.ShouldBe(new TokenUsage(7, 3));
    }

    [Fact]
    public async Task Ask_ShowsTheEvidenceAsData()
    {
        var model = new ScriptedModel("""{"passed":false,"verdict":"retry","evidence":["a.1#1"],"feedback":"boom"}""");

        var finding = await AskAsync(model);

        finding.IfFailed.ShouldBe(Verdict.Retry);
        finding.Evidence.ShouldBe("boom [a.1#1]");
        model.Asked[0][1].Text.ShouldContain("[a.1#1] run_command");
        model.Asked[0][1].Text.ShouldContain("  {\"exit_code\":2");
    }

    [Theory]
    [InlineData("Looks good to me!", "no JSON object")]
    [InlineData("""{"passed":true,"verdict":"accept","evidence":[]}""", "\"evidence\" is empty")]
    [InlineData("""{"passed":true,"verdict":"accept","evidence":["z.9#9"]}""", "do not exist: z.9#9")]
    [InlineData("""{"passed":true,"verdict":"retry","evidence":["a.1#1"]}""", "\"verdict\" must be accept")]
    [InlineData("""{"passed":"yes","verdict":"accept","evidence":["a.1#1"]}""", "\"passed\" must be")]
    public async Task Ask_UnusableReply_IsAskedAgainWithTheMistake(string reply, string mistake)
    {
        var model = new ScriptedModel(reply, """{"passed":true,"verdict":"accept","evidence":["a.1#1"]}""");

        var finding = await AskAsync(model);

        finding.Passed.ShouldBeTrue();
        model.Asked[1][^1].Text.ShouldContain(mistake);
        finding.Facts.ShouldNotBeNull().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Ask_NeverUsable_GoesToAPerson() => (await AskAsync(new ScriptedModel("a", "b", "c"))).IfFailed.ShouldBe(Verdict.Escalate);

    [Fact]
    public async Task Ask_OfflineModel_GoesByTheExitCode()
    {
        using var model = new OfflineChatClient();

        var finding = await AskAsync(model);

        finding.Passed.ShouldBeFalse();
        finding.IfFailed.ShouldBe(Verdict.Fail);
        finding.Evidence.ShouldContain("a.1#1 exited with 2.");
    }

    public void Dispose() => _step.Dispose();

    Task<Finding> AskAsync(IChatClient model) => new Judgement(model, Options.Create(new CheckOptions()), TimeProvider.System).AskAsync(
        new JudgementQuestion(_step.UnderReview.Run, "a", 1, "Did it pass?", _step.UnderReview.Answer, [.. _step.UnderReview.Calls]), TestContext.Current.CancellationToken);
}
