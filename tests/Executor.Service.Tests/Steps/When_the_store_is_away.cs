using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.TestKit;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_the_store_is_away
{
    [Fact]
    public async Task An_outcome_is_kept_until_it_can_be_written_and_the_effect_is_not_repeated()
    {
        var server = await SharedServers.StartAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        await using var own = server;
        Assert.SkipUnless(own.IsOurs, "AGENT_REDIS is not ours to restart.");
        await using var world = await StepWorld.StartAsync(own);
        world.Options.Lease = TimeSpan.FromSeconds(60);
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Once.Act = async _ =>
        {
            acting.TrySetResult();
            await go.Task;
        };
        var running = world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"), Answers("Done."))));
        await acting.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var restarted = own.KillAndRestartAsync();
        go.SetResult();
        await restarted;

        (await running).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Count.ShouldBe(1);
        (await world.EventsAsync()).OfType<ToolCallFinished>().Count().ShouldBe(1);
        (await world.Journal.VerifyAsync(world.RunId)).Holds.ShouldBeTrue();
    }
}
