using Agent.Contracts;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Indexing;

public class When_runs_are_listed
{
    [Theory, OnBothServers]
    public async Task Newest_first_by_page_and_by_state(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var runs = new List<Guid>();
        for (var number = 0; number < 7; number++)
        {
            var (runId, head) = await world.SubmitAsync($"goal {number}");
            runs.Insert(0, runId);
            if (number % 2 == 0)
            {
                await world.AppendAsync(runId, head, new RunEnded(number == 0 ? RunPhase.Failed : RunPhase.Succeeded, number == 0 ? StopReason.Budget : StopReason.Done, ""));
            }
        }

        await world.Journal.DisposeAsync();
        var reader = world.Another().Journal;

        (await reader.ListAsync()).Select(run => run.RunId).ShouldBe(runs);
        (await reader.ListAsync(limit: 3)).Select(run => run.RunId).ShouldBe(runs[..3]);
        (await reader.ListAsync(limit: 3, before: (await reader.ListAsync(limit: 3))[^1].SubmittedAt)).Select(run => run.RunId).ShouldBe(runs[3..6]);
        (await reader.ListAsync(RunPhase.Succeeded)).Select(run => run.Goal).ShouldBe(["goal 6", "goal 4", "goal 2"]);
        (await reader.ListAsync(RunPhase.Failed)).Single().StopReason.ShouldBe(StopReason.Budget);
        (await reader.ListAsync(RunPhase.Queued)).Select(run => run.Goal).ShouldBe(["goal 5", "goal 3", "goal 1"]);
        (await reader.ListAsync(RunPhase.Running)).ShouldBeEmpty();
        (await reader.OpenRunsAsync()).Count.ShouldBe(3);
    }

    [Theory, OnBothServers]
    public async Task A_list_tells_the_state_of_this_moment(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var reader = world.Another().Journal;
        var (runId, head) = await world.SubmitAsync();
        (await reader.ListAsync()).Single().State.ShouldBe(RunPhase.Queued);

        head = await world.AppendAsync(runId, head, new PlanAccepted(1, Sample.Plan("survey", "report")), new StepDispatched("survey", 1));
        (await reader.ListAsync()).Single().State.ShouldBe(RunPhase.Running);

        head = await world.AppendAsync(runId, head, new StepExecuted("survey", 1, "12", [], 0), new StepReviewed("survey", 1, Verdict.Accept, "", []), new RunPaused("ada"));
        var summary = (await reader.ListAsync(RunPhase.Paused)).Single();
        (summary.State, summary.StepsDone, summary.StepsTotal).ShouldBe((RunPhase.Paused, 1, 2));

        await world.AppendAsync(runId, head, new RunEnded(RunPhase.Cancelled, StopReason.Operator, ""));
        (await reader.ListAsync()).Single().State.ShouldBe(RunPhase.Cancelled);
        (await reader.ListAsync(RunPhase.Paused)).ShouldBeEmpty();
    }

    [Theory, OnBothServers]
    public async Task An_end_the_index_never_heard_of_is_put_right_when_the_run_is_loaded(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        var stored = Storage.StoredBy.Hand(runId, head, new RunEnded(RunPhase.Succeeded, StopReason.Done, ""));
        await world.Connection.ExecuteAsync(RespCommand.Of("SET", $"j:{{{runId}}}:2", stored));
        (await world.Journal.OpenRunsAsync()).ShouldBe([runId]);

        await world.Journal.LoadAsync(runId);
        await world.Journal.DisposeAsync();

        (await world.Journal.OpenRunsAsync()).ShouldBeEmpty();
        (await world.Journal.ListAsync(RunPhase.Succeeded)).Single().RunId.ShouldBe(runId);
    }

    [Theory, OnBothServers]
    public async Task A_run_whose_creation_did_not_come_through_is_not_listed(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        await world.Connection.ExecuteAsync(RespCommand.Of("SADD", "j:open", Guid.CreateVersion7().ToString()));
        await world.Connection.ExecuteAsync(RespCommand.Of("ZADD", "j:runs", 1, Guid.CreateVersion7().ToString()));

        (await world.Journal.ListAsync()).ShouldBeEmpty();
        (await world.Journal.ListAsync(RunPhase.Queued)).ShouldBeEmpty();
    }
}
