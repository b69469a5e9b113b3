using Agent.Contracts;

namespace Agent.Executor.Service.Tests.Crashes;

/// <summary>Kill -9 of a real executor at each place of a step, then another one: what counts is how often the effect happened.</summary>
public class When_the_process_is_killed
{
    const int Killed = 137;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("lease.taken")]
    [InlineData("model.replied")]
    [InlineData("reply.appended")]
    [InlineData("call.decided")]
    [InlineData("call.finished")]
    [InlineData("model.replied@2")]
    public async Task An_effect_that_may_not_be_repeated_happens_once(string place)
    {
        await using var world = await CrashWorld.StartAsync();
        await DispatchEffectAsync(world);
        await DieAsync(world, place);

        using var second = ExecutorProcess.Start(world.Environment);
        await world.SweepUntilAsync<StepExecuted>(second);

        Effects(world).ShouldBe(1);
        await HoldsAsync(world);
    }

    [Theory]
    [InlineData("call.started", 0)]
    [InlineData("call.acted", 1)]
    public async Task An_effect_whose_outcome_is_not_known_waits_for_a_person(string place, int effects)
    {
        await using var world = await CrashWorld.StartAsync();
        await DispatchEffectAsync(world);
        await DieAsync(world, place);

        using var second = ExecutorProcess.Start(world.Environment);
        (await world.SweepUntilAsync<ToolCallUnknown>(second)).CallId.ShouldBe("work.1#1");
        Effects(world).ShouldBe(effects);

        await world.AppendAsync(new ToolCallResolved("work.1#1", "work", Happened: effects == 1, "tester"));
        await world.SweepUntilAsync<StepExecuted>(second);
        Effects(world).ShouldBe(1);
        await HoldsAsync(world);
    }

    [Theory]
    [InlineData("call.started@2")]
    [InlineData("call.acted@2")]
    public async Task An_edit_that_can_be_repeated_is_made_to_its_end(string place)
    {
        await using var world = await CrashWorld.StartAsync();
        world.Bench.Write("a.txt", "old and old\n");
        await world.DispatchAsync("""Replace. {"do":"replace","old":"old","new":"new","path":"a.txt"}""");
        await DieAsync(world, place);

        using var second = ExecutorProcess.Start(world.Environment);
        (await world.SweepUntilAsync<StepExecuted>(second)).Answer.ShouldContain("Replaced");

        (await File.ReadAllTextAsync(world.Bench.At("a.txt"), TestContext.Current.CancellationToken)).ShouldBe("new and new\n");
        await HoldsAsync(world);
    }

    [Fact]
    public async Task After_the_step_has_ended_nothing_is_done_again()
    {
        await using var world = await CrashWorld.StartAsync();
        await DispatchEffectAsync(world);
        await DieAsync(world, "step.executed");
        var length = (await world.EventsAsync()).Count;

        using var second = ExecutorProcess.Start(world.Environment);
        await world.SweepUntilAsync<StepExecuted>(second);

        Effects(world).ShouldBe(1);
        (await world.EventsAsync()).Count.ShouldBe(length);
    }

    static async Task DispatchEffectAsync(CrashWorld world)
    {
        File.SetUnixFileMode(
            world.Bench.Write("effect.sh", "#!/bin/sh\necho happened >> effects\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await world.DispatchAsync("""Act. {"do":"run_check","command":["./effect.sh"]}""");
    }

    static async Task DieAsync(CrashWorld world, string place)
    {
        using var first = ExecutorProcess.Start(world.Environment, place);
        await world.SendAsync();
        try
        {
            await first.Ended.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{place} was not reached. The executor said:\n{first.Log}");
        }

        first.ExitCode.ShouldBe(Killed, first.Log);
    }

    static int Effects(CrashWorld world) => File.Exists(world.Bench.At("effects")) ? File.ReadAllLines(world.Bench.At("effects")).Length : 0;

    static async Task HoldsAsync(CrashWorld world)
    {
        var events = await world.EventsAsync();
        events.OfType<ToolCallFinished>().GroupBy(finished => finished.CallId).ShouldAllBe(call => call.Count() == 1);
        events.OfType<StepExecuted>().Count().ShouldBe(1);
        (await world.Journal.VerifyAsync(world.RunId)).Holds.ShouldBeTrue();
    }
}
