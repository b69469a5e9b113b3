using System.Net;
using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

[Collection(SharedRabbit.Collection)]
public class When_the_bus_is_RabbitMQ(SharedRabbit rabbit)
{
    [Fact]
    public async Task Runs_succeed_and_an_executor_killed_in_the_middle_is_replaced()
    {
        var broker = rabbit.ConnectionString;
        await using var world = new SuiteWorld();
        world.Environment["Bus__Transport"] = "rabbitmq";
        world.Environment["ConnectionStrings__rabbitmq"] = broker;
        world.WriteSampleProject();
        for (var i = 0; i < 3000; i++)
        {
            world.Write($"workspace/data/{i % 50}/file{i}.txt", $"line {i}\n");
        }

        await using var suite = await world.StartSuiteAsync();
        suite.Banner.ShouldContain("RabbitMQ");
        var first = await suite.EndOfAsync(await suite.SubmitAsync("Count files"));
        first.GetProperty("state").GetString().ShouldBe("succeeded", first.ToString());

        var runId = await suite.SubmitAsync("Describe this repository");
        await suite.JournalWithAsync(runId, entries => entries.Any(entry => TypeOf(entry) == "ToolCallFinished"));
        StartedProgram.Kill(world.ProcessOf("Agent.Executor.Service"));

        var run = await suite.EndOfAsync(runId);
        run.GetProperty("state").GetString().ShouldBe("succeeded", run.ToString());
        (await suite.JournalAsync(runId)).Where(entry => TypeOf(entry) == "ToolCallFinished").GroupBy(CallId).ShouldAllBe(call => call.Count() == 1);
        await QueuesAreRabbitsAsync(suite);
        await suite.StopAsync();
    }

    static async Task QueuesAreRabbitsAsync(RunningSuite suite)
    {
        using var answer = await suite.Door.GetAsync(new Uri("bus/queues", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("rabbitmqctl list_queues");
    }

    static string TypeOf(JsonElement entry) => entry.GetProperty("type").GetString()!;

    static string CallId(JsonElement entry) => entry.GetProperty("data").GetProperty("call_id").GetString()!;
}
