using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

public class When_the_store_is_killed
{
    [Fact]
    public async Task Again_and_again_the_run_goes_on_and_its_chain_holds()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        for (var i = 0; i < 2000; i++)
        {
            world.Write($"workspace/data/{i % 50}/file{i}.txt", $"line {i}\n");
        }

        await using var suite = await world.StartSuiteAsync();
        var first = await suite.SubmitAsync("Count files");
        (await suite.EndOfAsync(first)).GetProperty("state").GetString().ShouldBe("succeeded");
        var runId = await suite.SubmitAsync("Describe this repository");

        for (var round = 0; round < 3; round++)
        {
            var store = await StoreAsync(world);
            StartedProgram.Kill(store);
            await StoreAsync(world, other: store);
        }

        var run = await EndAsync(suite, runId);
        run.ShouldBe("succeeded");
        foreach (var id in (Guid[])[first, runId])
        {
            (await suite.Door.GetStringAsync(new Uri($"runs/{id}/verify", UriKind.Relative))).ShouldContain("\"holds\":true");
        }

        await suite.StopAsync();
    }

    /// <summary>The door says 503 while the store is away.</summary>
    static async Task<string> EndAsync(RunningSuite suite, Guid runId)
    {
        using var limit = new CancellationTokenSource(SuiteWorld.Patience);
        while (true)
        {
            using var answer = await suite.Door.GetAsync(new Uri($"runs/{runId}", UriKind.Relative), limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                return (await suite.EndOfAsync(runId)).GetProperty("state").GetString()!;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    static async Task<int> StoreAsync(SuiteWorld world, int? other = null)
    {
        using var limit = new CancellationTokenSource(SuiteWorld.Patience);
        while (true)
        {
            if (world.StoreProcess() is { } store && store != other)
            {
                return store;
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
