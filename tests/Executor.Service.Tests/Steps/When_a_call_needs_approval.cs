using Agent.Contracts;
using Agent.Executor.Service.Steps;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_a_call_needs_approval
{
    static readonly ScriptedModel Model = new(Calls("count_asked", new { n = 3 }), Answers("Done."));

    [Fact]
    public async Task The_step_is_parked_and_nothing_is_done_until_a_person_approves()
    {
        await using var world = await StepWorld.StartAsync();

        (await world.RunAsync(world.Executor(Model))).ShouldBe(new StepOutcome.Parked("work.1#1"));
        world.Asked.Keys.ShouldBeEmpty();
        var request = (await world.EventsAsync()).OfType<ApprovalRequested>().Single();
        request.Arguments.ToString().ShouldBe("""{"n":3}""");
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Ignored>();

        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "tester"));
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Asked.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_denial_goes_to_the_model_with_its_comment()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));

        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: false, "tester", "not today"));
        await world.RunAsync(world.Executor(Model));

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Output.ShouldBe("error: denied by rule 'careful': tester said no: not today");
    }

    [Fact]
    public async Task A_changed_bundle_voids_the_approval_and_a_new_one_is_asked_for()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));
        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "tester"));

        world.Bundle.Switch(StepWorld.Load(Tools("ask")));
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Parked>();

        world.Asked.Keys.ShouldBeEmpty();
        var requests = (await world.EventsAsync()).OfType<ApprovalRequested>().ToList();
        requests.Count.ShouldBe(2);
        requests[1].BundleDigest.ShouldNotBe(requests[0].BundleDigest);
        var differences = (await world.EventsAsync()).OfType<ApprovalVoided>().ShouldHaveSingleItem().Differences;
        differences.ShouldBe([new ApprovalDifference("bundle", requests[0].BundleDigest, requests[1].BundleDigest), new ApprovalDifference("rule", "careful", "changed")]);
    }

    [Fact]
    public async Task A_changed_tool_voids_the_approval()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));
        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "tester"));

        world.Asked.Description = world.Asked.Description with { Version = "8" };
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Parked>();

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ApprovalRequested>().Select(request => (request.ToolVersion, request.Sandbox)).ShouldBe([("7", "none"), ("8", "none")]);
    }

    [Fact]
    public async Task A_bundle_that_now_denies_wins_over_the_approval()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));
        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "tester"));

        world.Bundle.Switch(StepWorld.Load(Tools("deny")));
        await world.RunAsync(world.Executor(Model));

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Outcome.ShouldBe(ToolCallOutcome.Denied);
    }

    [Fact]
    public async Task A_request_nobody_answered_in_time_is_expired_and_not_denied_by_a_person()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.ApprovalTime = TimeSpan.FromMilliseconds(1);
        await world.RunAsync(world.Executor(Model));

        await world.RunAsync(world.Executor(Model));

        var finished = (await world.EventsAsync()).OfType<ToolCallFinished>().Single();
        finished.Outcome.ShouldBe(ToolCallOutcome.Expired);
        (await world.EventsAsync()).OfType<ApprovalExpired>().ShouldHaveSingleItem();
        finished.Provenance.Rule.ShouldBe("approval-expired");
        finished.Output.ShouldContain("Nobody answered");
    }

    [Fact]
    public async Task What_a_person_wrote_is_done_and_both_versions_are_kept()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));

        await world.AppendAsync(Edited(new { n = 5 }));
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();

        world.Asked.Keys.Count.ShouldBe(1);
        var edited = (await world.EventsAsync()).OfType<ToolCallEdited>().ShouldHaveSingleItem();
        edited.Original.ToString().ShouldBe("""{"n":3}""");
        edited.Arguments.ToString().ShouldBe("""{"n":5}""");
        edited.Principal.ShouldBe("tester");
        (await world.StateAsync()).Calls["work.1#1"].Arguments.ToString().ShouldBe("""{"n":5}""");
    }

    [Fact]
    public async Task What_a_person_wrote_is_judged_too()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));
        world.Bundle.Switch(StepWorld.Load(Careful + """

              - id: not-nine
                answer: deny
                reason: Nine is too much.
                tools: [count_asked]
                arguments: { n: ["9"] }
            """));

        await world.AppendAsync(Edited(new { n = 9 }));
        await world.RunAsync(world.Executor(Model));

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ToolCallEdited>().ShouldHaveSingleItem().Decision.ShouldBe(CallDecision.Deny);
        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Output.ShouldContain("not-nine");
    }

    [Fact]
    public async Task Arguments_that_the_tool_can_not_take_are_not_used()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(Model));

        await world.AppendAsync(Edited(new { n = "many" }));
        await world.RunAsync(world.Executor(Model));

        world.Asked.Keys.ShouldBeEmpty();
        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Outcome.ShouldBe(ToolCallOutcome.Error);
    }

    [Fact]
    public async Task Two_people_must_agree_where_the_rule_says_so()
    {
        await using var world = await StepWorld.StartAsync();
        world.Bundle.Switch(StepWorld.Load(Careful.Replace("answer: ask", "answer: ask\n    approvers: 2\n    not_by_submitter: true", StringComparison.Ordinal)));
        await world.RunAsync(world.Executor(Model));
        (await world.EventsAsync()).OfType<ApprovalRequested>().Single().Approvers.ShouldBe(2);

        foreach (var who in (string[])["tester", "grace", "GRACE"])
        {
            // The submitter, then the same person twice: one yes that counts.
            await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, who));
            (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Ignored>();
        }

        await world.AppendAsync(new ApprovalDecided("work.1#1", StepWorld.StepId, Approved: true, "lin"));
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Asked.Keys.Count.ShouldBe(1);
    }

    const string Careful = """
        version: 1
        rules:
          - id: careful
            answer: ask
            reason: A person looks first.
            tools: [count_asked]
        """;

    static ApprovalDecided Edited(object arguments) => new("work.1#1", StepWorld.StepId, Approved: true, "tester", Arguments: System.Text.Json.JsonSerializer.SerializeToElement(arguments));

    static string Tools(string answer) => $$"""
        version: 1
        rules:
          - id: changed
            answer: {{answer}}
            reason: Another rule.
            tools: [count_asked]
        """;
}
