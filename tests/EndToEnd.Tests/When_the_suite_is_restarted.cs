using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

public class When_the_suite_is_restarted
{
    [Fact]
    public async Task Its_runs_are_there_and_their_chains_hold()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        Guid runId;
        await using (var first = await world.StartSuiteAsync())
        {
            runId = await first.SubmitAsync("Count files");
            await first.EndOfAsync(runId);
            (await first.StopAsync()).ExitCode.ShouldBe(0);
        }

        await using var second = await world.StartSuiteAsync();

        (await second.RunAsync(runId)).GetProperty("state").GetString().ShouldBe("succeeded");
        (await world.AgentAsync("runs", "list")).Output.ShouldContain(runId.ToString());
        (await world.AgentAsync("runs", "show", runId.ToString(), "--events")).Output.ShouldContain("RunEnded");
        var verified = await world.AgentAsync("audit", "verify", runId.ToString());
        verified.ExitCode.ShouldBe(0);
        verified.Output.ShouldContain("holds");
        var replayed = await world.AgentAsync("replay", runId.ToString());
        replayed.Output.ShouldContain("came out the same");
        replayed.ExitCode.ShouldBe(0);
        var looked = (await world.AgentAsync("doctor", "--upgrade-check")).Output;
        looked.ShouldContain("ok    executor-service");
        looked.ShouldContain("ok    policies");
        looked.ShouldContain("ok    open runs");
        await second.StopAsync();
    }

    [Fact]
    public async Task A_host_that_was_killed_leaves_no_process_and_loses_no_run()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        Guid runId;
        await using (var first = await world.StartSuiteAsync())
        {
            runId = await first.SubmitAsync("Describe this repository");
            StartedProgram.Kill(first.ProcessId);
            await Eventually(() => world.Processes().Count == 0);
        }

        await using var second = await world.StartSuiteAsync();

        (await second.EndOfAsync(runId)).GetProperty("state").GetString().ShouldBe("succeeded");
        await second.StopAsync();
    }

    static async Task Eventually(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
