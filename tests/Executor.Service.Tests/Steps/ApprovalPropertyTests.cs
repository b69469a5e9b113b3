using System.Collections.Concurrent;
using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal.Operators;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>Whatever people, policies, tools and restarts do in whatever order, on a real store: nothing is done that was not approved exactly so, or allowed by the rules in force.</summary>
public class ApprovalPropertyTests
{
    const int Moves = 16;

    static readonly string[] Answers = ["ask", "ask", "two", "allow", "deny"];
    static readonly string[] People = ["ada", "Ada", "grace", "tester"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task No_sequence_dispatches_what_was_not_approved(int seed)
    {
        await using var world = await StepWorld.StartAsync();
        var (random, wrong) = (new SmallRandom((uint)seed), new ConcurrentBag<string>());
        var standing = new StandingApprovals(world.Connection, new OperatorLog(world.Connection, TimeProvider.System), TimeProvider.System);
        world.Asked.Act = async _ =>
        {
            if (await WhyNotAsync(world) is { } why)
            {
                wrong.Add($"{why}, under {world.Bundle.Value!.Digest[..8]} after {string.Join(", ", (await world.EventsAsync()).Select(happened => happened.GetType().Name))}");
            }
        };
        var model = new ScriptedModel(Calls("count_asked", new { n = 1 }), Calls("count_asked", new { n = 2 }), ScriptedModel.Answers("Done."));

        for (var move = 0; move < Moves; move++)
        {
            var pending = (await world.StateAsync()).Calls.Values.LastOrDefault(call => call is { Approval: not null, Finished: null })?.Decided.CallId;
            switch (random.Next(10))
            {
                case 0 when pending is not null:
                    await world.AppendAsync(Answer(pending, People[random.Next(People.Length)], random));
                    break;
                case 1 when pending is not null:
                    // Two people at once, and one of them twice.
                    await Task.WhenAll(((string[])["ada", "grace", "ada"]).Select(who => world.AppendAsync(Answer(pending, who, random))));
                    break;
                case 2 when pending is not null:
                    await world.AppendAsync(Answer(pending, "grace", random) with { Approved = true, Arguments = JsonSerializer.SerializeToElement(new { n = random.Next(4) }) });
                    break;
                case 3:
                    world.Bundle.Switch(StepWorld.Load(Tools(Answers[random.Next(Answers.Length)], random.Next(3))));
                    break;
                case 4:
                    world.Options.ApprovalTime = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromHours(1);
                    break;
                case 5:
                    world.Asked.Description = world.Asked.Description with { Version = random.Next(3).ToString() };
                    break;
                case 6:
                    await GrantOrRevokeAsync(world, standing, random);
                    break;
                case 7:
                    // Two executors at once, as after a redelivery; each a process of its own.
                    await Task.WhenAll(world.RunAsync(world.Executor(model)), world.RunAsync(world.Executor(model)));
                    break;
                default:
                    await world.RunAsync(world.Executor(model));
                    break;
            }
        }

        wrong.ShouldBeEmpty();
        world.Asked.Keys.Distinct().Count().ShouldBe(world.Asked.Keys.Count);
    }

    static ApprovalDecided Answer(string callId, string principal, SmallRandom random) => new(callId, StepWorld.StepId, Approved: random.Next(4) > 0, principal);

    static async Task GrantOrRevokeAsync(StepWorld world, StandingApprovals standing, SmallRandom random)
    {
        var mine = (await standing.ListAsync()).Where(grant => grant.Workspace == world.Bench.Root && grant.RevokedAt is null).ToList();
        if (mine is [var first, ..] && random.Next(2) == 0)
        {
            await standing.RevokeAsync(first.Id, "ada");
            return;
        }

        var now = TimeProvider.System.GetUtcNow();
        await standing.GrantAsync(new StandingApproval(
            $"st-{world.RunId:N}-{mine.Count}-{random.Next(100)}", "count_asked", new Dictionary<string, string> { ["n"] = random.Next(2) == 0 ? "*" : "2" }, world.Bench.Root,
            $"variant-{random.Next(3)}", random.Next(2) == 0 ? null : "7", 1, "grace", now, now.AddHours(1)));
    }

    /// <summary>Judged by what the store says at the moment of the act, and by nothing of the choke point's own.</summary>
    static async Task<string?> WhyNotAsync(StepWorld world)
    {
        var call = (await world.StateAsync()).Calls.Values.Last(call => call is { Started: not null, Finished: null });
        var now = world.Bundle.Value!.Decide(new ToolRequest { Tool = "count_asked", Effect = EffectStrength.Irreversible, ArgumentsJson = "{}", WorkspaceRoot = world.Bench.Root });
        if (call.ApprovalAnswers.Any(answer => !answer.Approved))
        {
            return "somebody said no";
        }

        if (now.Ruling != Ruling.Ask)
        {
            return now.Ruling == Ruling.Allow ? null : "the rules say no";
        }

        if (call.Approval is not { } asked || call.ApprovalAnswer is not { Approved: true } settled)
        {
            return "nobody said yes";
        }

        var people = call.ApprovalAnswers.Select(answer => answer.Principal.ToUpperInvariant()).Distinct().Count(who => !now.Demand.NotSubmitter || who != "TESTER");
        var wanted = call.ApprovalAnswers.LastOrDefault(answer => answer.Arguments is not null)?.Arguments ?? asked.Arguments;
        return asked.BundleDigest != world.Bundle.Value.Digest ? "another bundle was approved"
            : asked.Rule != now.Rule ? "another rule asked"
            : asked.ToolVersion != world.Asked.Description.Version ? "another tool was approved"
            : people < now.Demand.Approvers ? $"{people} of {now.Demand.Approvers} people said yes"
            : !JsonElement.DeepEquals(wanted, call.Arguments) ? "other arguments were approved"
            : settled.Standing is not null && now.Demand.Approvers > 1 ? "a standing approval stood for two people"
            : null;
    }

    static string Tools(string answer, int variant) => $$"""
        version: 1
        rules:
          - id: variant-{{variant}}
            answer: {{(answer == "two" ? "ask\n    approvers: 2\n    not_by_submitter: true" : answer)}}
            reason: One of several.
            tools: [count_asked]
        """;

    /// <summary>The same sequence for a seed on every runtime.</summary>
    sealed class SmallRandom(uint seed)
    {
        uint _state = (seed * 2_654_435_761) | 1;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)below);
        }
    }
}
