using Agent.Contracts;
using Agent.EndToEnd.Tests.Harness;
using Agent.Journal.Runs;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>The executor dies just before an effect, or just after it; a person has another executor look, by the command line.</summary>
public class When_a_call_is_of_unknown_outcome
{
    [Fact]
    public async Task A_check_finds_out_whether_it_happened_and_the_effect_is_there_once()
    {
        await using var fleet = await Fleet.StartAsync(lease: TimeSpan.FromSeconds(3));
        await using var person = new Person(fleet);

        // A file that is not there would show nothing.
        await File.WriteAllTextAsync(fleet.Effects.LinesFile, "none yet\n", TestContext.Current.CancellationToken);

        (await ResolvedAsync(fleet, person, "call.effected")).ShouldSatisfyAllConditions(found => found.Happened.ShouldBeTrue(), found => found.Check.ShouldBe(1));
        (await ResolvedAsync(fleet, person, "call.started")).ShouldSatisfyAllConditions(found => found.Happened.ShouldBeFalse(), found => found.Check.ShouldBe(1));
    }

    static async Task<ToolCallResolved> ResolvedAsync(Fleet fleet, Person person, string place)
    {
        var goal = $"{TrialModel.OneCommand} {place}";
        var token = $"{goal}/command";
        fleet.Arm(place);
        var runId = await person.SubmitAsync(goal, TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(SuiteWorld.Patience);
        var run = new RunState(runId);
        var resolved = new List<ToolCallResolved>();
        await foreach (var entry in fleet.Journal.FollowAsync(runId, 1, patience.Token))
        {
            run.Apply(entry);
            switch (entry.Event)
            {
                case ToolCallUnknown:
                    await CheckAsync(fleet, runId, token);
                    break;
                case ToolCallResolved answer:
                    resolved.Add(answer);
                    break;
                default:
                    break;
            }
        }

        run.End!.State.ShouldBe(RunPhase.Succeeded, run.End.Report);
        fleet.Effects.Count(token).ShouldBe(1);
        return resolved.ShouldHaveSingleItem();
    }

    static async Task CheckAsync(Fleet fleet, Guid runId, string token)
    {
        var ended = await fleet.AgentAsync(
            "steps", "resolve", runId.ToString(), "command", "--check-tool", "read_file", "--arguments", $$"""{"path":"{{Path.GetFileName(fleet.Effects.LinesFile)}}"}""", "--expect", token);
        ended.ExitCode.ShouldBe(0, ended.Output + ended.Error);
    }
}
