using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;
using Agent.ModelServer;
using Agent.TestKit.Models;

namespace Agent.EndToEnd.Tests;

/// <summary>The same goal, whatever the server is like. All of them with <c>./test.sh --model-matrix</c>; each time, one run whose three roles have a server of their own.</summary>
public class When_a_goal_meets_a_model_server
{
    const string Switch = "AGENT_MODEL_MATRIX";

    [Fact]
    public async Task Each_role_may_have_its_own()
    {
        await using var planner = await ServeAsync(ModelServerKind.LmStudio);
        await using var executor = await ServeAsync(ModelServerKind.Azure);
        await using var reviewer = await ServeAsync(ModelServerKind.LlamaCpp);
        executor.FaultPercent = 30;
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        world.Environment["AGENT_MODEL"] = FakeModelServer.Model;
        foreach (var (role, server) in new[] { ("Planner", planner), ("Executor", executor), ("Reviewer", reviewer) })
        {
            server.Key = "key of " + role;
            world.Environment[$"Llm__{role}__BaseUrl"] = server.BaseUrl.ToString();
            world.Environment[$"Llm__{role}__Key"] = server.Key;
        }

        await SucceedsAsync(world);

        planner.Requests.Count.ShouldBe(1);
        executor.Requests.Count.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(ModelServerKind.Full)]
    [InlineData(ModelServerKind.ChatOnly)]
    [InlineData(ModelServerKind.ResponsesOnly)]
    [InlineData(ModelServerKind.LmStudio)]
    [InlineData(ModelServerKind.Ollama)]
    [InlineData(ModelServerKind.LlamaCpp)]
    [InlineData(ModelServerKind.Vllm)]
    [InlineData(ModelServerKind.OpenAi)]
    [InlineData(ModelServerKind.Azure)]
    public async Task It_is_reached_on_every_kind(ModelServerKind kind)
    {
        SkipUnlessWanted();
        await using var server = await ServeAsync(kind);

        await SucceedsAsync(server);
    }

    [Theory]
    [InlineData(ModelServerKind.ChatOnly)]
    [InlineData(ModelServerKind.ResponsesOnly)]
    public async Task It_is_reached_though_three_of_ten_requests_fail(ModelServerKind kind)
    {
        SkipUnlessWanted();
        await using var server = await ServeAsync(kind);
        server.FaultPercent = 30;

        await SucceedsAsync(server);
    }

    [Fact]
    public async Task It_is_reached_through_a_storm_of_429()
    {
        SkipUnlessWanted();
        await using var server = await ServeAsync(ModelServerKind.Full);
        server.Fail([.. Enumerable.Range(0, 9).Select(number => new Fault.Status(429, RetryAfter: number % 3 == 0 ? null : "1"))]);

        await SucceedsAsync(server);
    }

    [Fact]
    public async Task It_is_reached_though_the_server_is_down_for_a_minute()
    {
        SkipUnlessWanted();
        await using var server = await ServeAsync(ModelServerKind.Full);
        var third = new TaskCompletionSource();
        server.Otherwise = request =>
        {
            if (server.Requests.Count == 3)
            {
                server.FaultPercent = 100;
                third.TrySetResult();
            }

            return OfflineRules.Answer(request);
        };
        _ = Task.Run(async () =>
        {
            await third.Task;
            await Task.Delay(TimeSpan.FromSeconds(60));
            server.FaultPercent = 0;
        });

        var run = await SucceedsAsync(server);

        run.GetProperty("duration_ms").GetInt64().ShouldBeGreaterThan(60_000);
    }

    static void SkipUnlessWanted() => Assert.SkipUnless(Environment.GetEnvironmentVariable(Switch) is "1", "part of ./test.sh --model-matrix");

    static async Task<FakeModelServer> ServeAsync(ModelServerKind kind)
    {
        var server = await FakeModelServer.StartAsync(kind);
        server.Otherwise = OfflineRules.Answer;
        return server;
    }

    static async Task<JsonElement> SucceedsAsync(FakeModelServer server)
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        world.Environment["OPENAI_BASE_URL"] = server.BaseUrl.ToString();
        world.Environment["OPENAI_API_KEY"] = "any";
        world.Environment["AGENT_MODEL"] = FakeModelServer.Model;
        return await SucceedsAsync(world);
    }

    static async Task<JsonElement> SucceedsAsync(SuiteWorld world)
    {
        var ended = await world.RunAsync("Describe this repository", "--json");

        ended.ExitCode.ShouldBe(0, ended.Error + ended.Output);
        var run = JsonDocument.Parse(ended.Output).RootElement;
        run.GetProperty("steps").EnumerateArray().ShouldAllBe(step => step.GetProperty("attempts").GetInt32() == 1);
        run.GetProperty("report").GetString()!.ShouldContain("Prints when the tide turns");
        run.GetProperty("report").GetString()!.ShouldContain($"Model: `{FakeModelServer.Model}`");
        return run;
    }
}
