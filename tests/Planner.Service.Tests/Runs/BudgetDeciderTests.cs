using Agent.Contracts;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class BudgetDeciderTests
{
    readonly TestRun _run = new();

    [Fact]
    public void Decide_SoftLimit_AsksOnceAndHoldsEverything()
    {
        Use(80);

        _run.Decide().Events.ShouldHaveSingleItem().ShouldBeOfType<RunWaiting>().For.ShouldBe("budget");
        _run.Append(new RunWaiting("budget", "80 of 100"));
        _run.State.Phase.ShouldBe(RunPhase.WaitingApproval);
        var decision = _run.Decide();
        decision.Owed.ShouldBeEmpty();
        decision.WaitsFor!.ShouldContain("raise the budget");
    }

    [Fact]
    public void Decide_ToTheEnd_GoesOnAndStopsAtTheHardLimit()
    {
        Use(80);
        _run.Append(new RunWaiting("budget", "80 of 100"), new BudgetRaised("tokens", 0, "anna"));

        _run.State.Phase.ShouldNotBe(RunPhase.WaitingApproval);
        _run.Decide().Events.OfType<RunWaiting>().ShouldBeEmpty();
        Use(30);
        _run.Decide().Events.ShouldHaveSingleItem().ShouldBeOfType<RunEnded>().StopReason.ShouldBe(StopReason.Budget);
    }

    [Fact]
    public void Decide_Raised_HasMore()
    {
        Use(80);
        _run.Append(new BudgetRaised("tokens", 100, "anna"));
        Use(70);

        _run.Decide().Events.OfType<RunEnded>().ShouldBeEmpty();
    }

    [Fact]
    public void Decide_Money_IsABudgetToo()
    {
        _run.Options.MaxCostUsd = 2;
        _run.Append(Said(new TokenUsage(1, 1, CostUsd: 2.5m)));

        _run.Decide().Events.ShouldHaveSingleItem().ShouldBeOfType<RunEnded>().Detail!.ShouldContain("$2.5 of $2");
    }

    void Use(long tokens)
    {
        (_run.Options.MaxTokens, _run.Options.SoftShare) = (100, 0.8);
        _run.Append(Said(new TokenUsage(tokens, 0)));
    }

    static ModelReplied Said(TokenUsage usage) => new("executor", null, 1, 1, "m", "text", [], usage, "stop", 1, "digest");
}
