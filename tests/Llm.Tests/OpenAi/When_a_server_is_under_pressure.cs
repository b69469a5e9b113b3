using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.OpenAi;

public class When_a_server_is_under_pressure
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_hundred_runs_share_four_places_none_fails_and_the_limit_is_never_exceeded(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true, parallel: 4));
        var (full, came) = (new TaskCompletionSource(), 0);
        world.Server.ParallelLimit = 4;
        world.Server.Otherwise = _ =>
        {
            if (Interlocked.Increment(ref came) == 4)
            {
                full.SetResult();
            }

            return new ScriptedReply("yes") { After = full.Task };
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => AskAsync(client, "hello", stream)));

        answers.ShouldAllBe(answer => answer.Text == "yes");
        world.Server.Requests.Count.ShouldBe(200, "a request was refused and sent again");
        world.Server.MostAtOnce.ShouldBe(4);
    }

    [Fact]
    public async Task First_come_first_served()
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true, parallel: 1));
        var open = new TaskCompletionSource();
        world.Server.Say(new ScriptedReply("first") { After = open.Task });

        var asked = new List<Task<ChatResponse>>();
        for (var number = 0; number < 20; number++)
        {
            asked.Add(client.GetResponseAsync($"number {number}"));
        }

        open.SetResult();
        await Task.WhenAll(asked);

        Said(world).ShouldBe(Enumerable.Range(0, 20).Select(number => $"number {number}"));
    }

    [Fact]
    public async Task A_higher_priority_goes_first()
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true, parallel: 1));
        var open = new TaskCompletionSource();
        world.Server.Say(new ScriptedReply("first") { After = open.Task });

        var asked = new List<Task<ChatResponse>> { client.GetResponseAsync("first") };
        foreach (var (said, priority) in new[] { ("low", -1), ("usual", 0), ("high", 5) })
        {
            asked.Add(client.GetResponseAsync(said, new ChatOptions { AdditionalProperties = new() { [ModelCall.Priority] = priority } }));
        }

        open.SetResult();
        await Task.WhenAll(asked);

        Said(world).ShouldBe(["first", "high", "usual", "low"]);
        world.Server.Requests.ShouldAllBe(request => !request.Body.GetRawText().Contains("priority", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_long_limit_the_server_is_left_alone_and_the_breaker_stays_shut(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true));
        world.Server.Fail(new Fault.Status(429, RetryAfter: "60"));

        (await Should.ThrowAsync<ModelUnavailableException>(() => AskAsync(client, "hello", stream))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));
        (await Should.ThrowAsync<ModelUnavailableException>(() => AskAsync(client, "hello", stream))).IsLimit.ShouldBeTrue();
        world.Server.Requests.Count.ShouldBe(1);
        world.Gate().Trips.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_short_limit_is_waited_for_in_line(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true));
        world.Server.Fail(new Fault.Status(429, RetryAfter: "1"));

        (await AskAsync(client, "hello", stream)).Text.ShouldContain("hello");
        (await AskAsync(client, "again", stream)).Text.ShouldContain("again");
        world.Server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_single_failure_is_tried_again_unseen(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.Status(500), new Fault.Status(502));

        (await AskAsync(world.Client(world.Settings(forceChat: true)), "hello", stream)).Text.ShouldContain("hello");
        world.Server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_server_that_fails_a_third_of_the_time_answers_all_who_ask_again()
    {
        await using var world = await OnlineWorld.StartAsync();
        var client = world.Client(world.Settings(forceChat: true));
        for (var number = 0; number < 30; number++)
        {
            if (number % 3 == 0)
            {
                world.Server.Fail(new Fault.Status(502));
            }

            (await client.GetResponseAsync("hello")).Text.ShouldContain("hello");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_conversation_that_is_too_long_is_shortened_once(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.Status(400, """{"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}}"""));
        ChatMessage[] conversation =
        [
            new(ChatRole.User, "Summarise"),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "read_file")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", new string('x', 50_000))]),
        ];

        var client = world.Client(world.Settings(forceChat: true));
        _ = stream ? await client.GetStreamingResponseAsync(conversation).ToChatResponseAsync() : await client.GetResponseAsync(conversation);

        world.Server.Requests[1].Body.GetRawText().Length.ShouldBeLessThan(3_000);
        conversation[2].Contents.OfType<FunctionResultContent>().Single().Result!.ToString()!.Length.ShouldBe(50_000);
    }

    static IEnumerable<string> Said(OnlineWorld world) => world.Server.Requests.Select(request => request.Body.GetProperty("messages")[0].GetProperty("content").ToString());

    static Task<ChatResponse> AskAsync(IChatClient client, string question, bool stream) =>
        stream ? client.GetStreamingResponseAsync(question).ToChatResponseAsync() : client.GetResponseAsync(question);
}
