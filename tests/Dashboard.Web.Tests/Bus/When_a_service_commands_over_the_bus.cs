using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Bus;

public class When_a_service_commands_over_the_bus(SharedDoor shared)
{
    static readonly Uri Door = new("queue:operator-commands");

    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task Its_verbs_are_in_the_journal_with_its_name_and_request()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());
        var (pause, resume, say, rank) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());

        (await AskAsync(new PauseRun(pause, "ci", runId, "wait"))).ShouldBe(new OperatorAnswered(pause, true, runId, RunPhase.Paused));
        (await AskAsync(new ResumeRun(resume, "ci", runId))).State.ShouldBe(RunPhase.Running);
        (await AskAsync(new SteerRun(say, "ci", runId, "hurry"))).Taken.ShouldBeTrue();
        (await AskAsync(new PrioritiseRun(rank, "ci", runId, 9))).Taken.ShouldBeTrue();

        (await EventsAsync(runId)).OfType<IRequested>().ShouldBe([
            new RunPaused("bus:ci", "wait", pause), new RunResumed("bus:ci", null, resume), new OperatorMessage("bus:ci", "hurry", null, say), new RunPriorityChanged(9, "bus:ci", null, rank)]);
    }

    [Fact]
    public async Task A_command_that_comes_twice_is_carried_out_once()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());
        var step = (await _door.Journal.LoadAsync(runId))!.Steps.First(step => step.Phase == Agent.Journal.Runs.StepPhase.Running).Id;
        var (say, retry, pause) = (new SteerRun(Guid.CreateVersion7(), "ci", runId, "hurry"), new RetryStep(Guid.CreateVersion7(), "ci", runId, step), new PauseRun(Guid.CreateVersion7(), "ci", runId));

        await AskAsync(say);
        await AskAsync(say);
        await AskAsync(retry);
        await _door.AppendAsync(runId, [new StepDispatched(step, 2)]);
        (await AskAsync(retry)).Taken.ShouldBeTrue();
        await AskAsync(pause);
        await AskAsync(new ResumeRun(Guid.CreateVersion7(), "ci", runId));
        (await AskAsync(pause)).State.ShouldNotBe(RunPhase.Paused);

        var events = await EventsAsync(runId);
        (events.OfType<OperatorMessage>().Count(), events.OfType<StepRetryRequested>().Count(), events.OfType<RunPaused>().Count()).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task A_goal_and_a_fork_are_made_once_however_often_they_are_sent()
    {
        var goal = new SubmitGoal(Guid.CreateVersion7(), "ci", "Describe it", Path.GetTempPath());
        var first = await AskAsync(goal);
        var again = await AskAsync(goal);
        var other = await AskAsync(goal with { Goal = "Something else" });

        (first.Taken, again.RunId, other.Code).ShouldBe((true, first.RunId, "idempotency_conflict"));
        (await EventsAsync(first.RunId!.Value))[0].ShouldBeOfType<RunSubmitted>().ShouldSatisfyAllConditions(run => run.Principal.ShouldBe("bus:ci"), run => run.Origin.ShouldBe("service ci"));

        var origin = await _door.AppendAsync(SampleRuns.Failed());
        var fork = new ForkRun(Guid.CreateVersion7(), "ci", origin, 5);
        var forked = await AskAsync(fork);
        (await AskAsync(fork)).RunId.ShouldBe(forked.RunId);
        (await EventsAsync(forked.RunId!.Value)).OfType<RunForked>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(made => made.FromRun.ShouldBe(origin), made => made.Sequence.ShouldBe(5), made => made.Principal.ShouldBe("bus:ci"));
    }

    [Fact]
    public async Task An_unknown_call_is_resolved_or_checked()
    {
        var runId = await _door.AppendAsync([.. SampleRuns.Running(), new ToolCallUnknown("projects.1#1", "projects", 1, "run_command", "the executor died")]);
        var check = new CallCheck("read_file", JsonSerializer.SerializeToElement(new { path = "log" }), "v7");

        (await AskAsync(new ResolveStepCall(Guid.CreateVersion7(), "ci", runId, "projects", Check: check))).Taken.ShouldBeTrue();
        (await AskAsync(new ResolveStepCall(Guid.CreateVersion7(), "ci", runId, "projects", Happened: true, Check: check))).Code.ShouldBe("invalid_request");
        (await AskAsync(new ResolveStepCall(Guid.CreateVersion7(), "ci", runId, "projects", Happened: true))).Taken.ShouldBeTrue();

        var events = await EventsAsync(runId);
        events.OfType<ToolCallCheckRequested>().ShouldHaveSingleItem().Expect.ShouldBe("v7");
        events.OfType<ToolCallResolved>().ShouldHaveSingleItem().ShouldBe(new ToolCallResolved("projects.1#1", "projects", true, "bus:ci"));
    }

    [Fact]
    public async Task A_mistake_is_answered_as_over_HTTP()
    {
        var ended = await _door.AppendAsync(SampleRuns.Failed());

        (await AskAsync(new PauseRun(Guid.CreateVersion7(), "Not A Name", ended))).Code.ShouldBe("invalid_service");
        (await AskAsync(new PauseRun(Guid.Empty, "ci", ended))).Code.ShouldBe("invalid_request");
        (await AskAsync(new PauseRun(Guid.CreateVersion7(), "ci", ended))).Code.ShouldBe("run_ended");
        (await AskAsync(new CancelRun(Guid.CreateVersion7(), "ci", Guid.CreateVersion7()))).Code.ShouldBe("unknown_run");
        (await AskAsync(new SubmitGoal(Guid.CreateVersion7(), "ci", " ", "/tmp"))).Code.ShouldBe("invalid_goal");
        (await AskAsync(new ForkRun(Guid.CreateVersion7(), "ci", ended, 9999))).Code.ShouldBe("invalid_checkpoint");
    }

    async Task<OperatorAnswered> AskAsync<T>(T command)
        where T : class
    {
        var client = _door.Services.GetRequiredService<IBus>().CreateRequestClient<T>(Door, RequestTimeout.After(s: 60));
        return (await client.GetResponse<OperatorAnswered>(command, TestContext.Current.CancellationToken)).Message;
    }

    async Task<List<IRunEvent>> EventsAsync(Guid runId) => await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync();
}
