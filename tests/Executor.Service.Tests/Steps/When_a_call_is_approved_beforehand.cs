using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Journal.Operators;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_a_call_is_approved_beforehand
{
    static readonly ScriptedModel Twice = new(Calls("count_asked", new { n = 3 }), Calls("count_asked", new { n = 4 }), Answers("Done."));

    [Fact]
    public async Task It_is_made_without_waiting_and_the_journal_says_by_whose_yes()
    {
        await using var world = await StepWorld.StartAsync();
        await GrantAsync(world, Grant(world));

        (await world.RunAsync(world.Executor(Twice))).ShouldBeOfType<StepOutcome.Executed>();

        world.Asked.Keys.Count.ShouldBe(2);
        (await world.EventsAsync()).OfType<ApprovalDecided>().Select(answer => (answer.Principal, answer.Standing)).ShouldBe([("grace", Id(world)), ("grace", Id(world))]);
    }

    [Theory]
    [InlineData("tool")]
    [InlineData("rule")]
    [InlineData("arguments")]
    [InlineData("workspace")]
    [InlineData("definition")]
    [InlineData("expired")]
    public async Task Whatever_differs_from_what_was_granted_is_asked(string what)
    {
        await using var world = await StepWorld.StartAsync();
        var grant = Grant(world);
        await GrantAsync(world, what switch
        {
            "tool" => grant with { Tool = "count" },
            "rule" => grant with { Rule = "other" },
            "arguments" => grant with { Arguments = new Dictionary<string, string> { ["n"] = "4*" } },
            "workspace" => grant with { Workspace = "/elsewhere" },
            "definition" => grant with { ToolVersion = "6" },
            _ => grant with { ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(-1) },
        });

        (await world.RunAsync(world.Executor(Twice))).ShouldBe(new StepOutcome.Parked("work.1#1"));

        world.Asked.Keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_answers_as_often_as_granted_and_not_once_more()
    {
        await using var world = await StepWorld.StartAsync();
        await GrantAsync(world, Grant(world) with { Uses = 1 });

        (await world.RunAsync(world.Executor(Twice))).ShouldBe(new StepOutcome.Parked("work.1#2"));

        world.Asked.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Where_two_people_must_agree_it_is_not_asked()
    {
        await using var world = await StepWorld.StartAsync();
        world.Bundle.Switch(StepWorld.Load("""
            version: 1
            rules:
              - { id: careful, answer: ask, approvers: 2, reason: Two look first., tools: [count_asked] }
            """));
        await GrantAsync(world, Grant(world));

        (await world.RunAsync(world.Executor(Twice))).ShouldBeOfType<StepOutcome.Parked>();
    }

    [Fact]
    public async Task What_was_taken_back_between_answer_and_dispatch_is_void()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Twice));
        var approvals = await GrantAsync(world, Grant(world));
        (await approvals.TryUseAsync(Id(world), world.RunId, "work.1#1")).ShouldBeTrue();
        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "grace", Standing: Id(world)));
        (await approvals.RevokeAsync(Id(world), "ada")).ShouldBeTrue();

        (await world.RunAsync(world.Executor(Twice))).ShouldBeOfType<StepOutcome.Parked>();

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ApprovalVoided>().ShouldHaveSingleItem().Differences.ShouldHaveSingleItem().What.ShouldBe("standing_approval");
    }

    [Fact]
    public async Task A_use_is_taken_once_for_a_call_however_many_ask_at_once()
    {
        await using var world = await StepWorld.StartAsync();
        var approvals = await GrantAsync(world, Grant(world) with { Uses = 3 });

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(call => approvals.TryUseAsync(Id(world), world.RunId, $"work.1#{call % 5}")));

        taken.Count(one => one).ShouldBe(6);
    }

    static string Id(StepWorld world) => "st-" + world.RunId.ToString("N");

    static StandingApproval Grant(StepWorld world)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(Id(world), "count_asked", new Dictionary<string, string> { ["n"] = "*" }, world.Bench.Root, "careful", "7", null, "grace", now, now.AddHours(1));
    }

    static async Task<StandingApprovals> GrantAsync(StepWorld world, StandingApproval grant)
    {
        var approvals = new StandingApprovals(world.Connection, new OperatorLog(world.Connection, TimeProvider.System), TimeProvider.System);
        await approvals.GrantAsync(grant);
        return approvals;
    }
}
