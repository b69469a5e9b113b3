using Agent.Llm.OpenAi;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.OpenAi;

public class When_the_api_is_found_out
{
    [Theory]
    [InlineData(ModelServerKind.Full, "chat", 1)]
    [InlineData(ModelServerKind.ChatOnly, "chat", 1)]
    [InlineData(ModelServerKind.ResponsesOnly, "responses", 1)]
    [InlineData(ModelServerKind.LmStudio, "chat", 1)]
    [InlineData(ModelServerKind.Ollama, "chat", 1)]
    [InlineData(ModelServerKind.LlamaCpp, "chat", 1)]
    [InlineData(ModelServerKind.Vllm, "chat", 1)]
    [InlineData(ModelServerKind.OpenAi, "chat", 1)]
    [InlineData(ModelServerKind.Azure, "chat", 1)]
    public async Task It_is_the_one_the_server_has_and_is_remembered(ModelServerKind kind, string api, int probes)
    {
        await using var world = await OnlineWorld.StartAsync(kind);
        var wanted = new ChatOptions { ResponseFormat = ChatResponseFormat.Json, MaxOutputTokens = 100 };

        (await world.Client().GetResponseAsync("hello", wanted)).Text.ShouldContain("hello");
        (await world.Client().GetStreamingResponseAsync("hello again", wanted).ToChatResponseAsync()).Text.ShouldContain("hello again");

        world.Server.Requests.Select(request => request.Api).Distinct().ShouldBe([api]);
        world.Server.Probes.ShouldBe(probes);
        new ApiMemory(world.StateDirectory).Find(world.Settings())!.Api.ShouldBe(api);
    }

    [Fact]
    public async Task Chat_completions_can_be_forced()
    {
        await using var world = await OnlineWorld.StartAsync(ModelServerKind.ResponsesOnly);

        (await Should.ThrowAsync<ModelRefusedException>(() => world.Client(world.Settings(forceChat: true)).GetResponseAsync("hello"))).Kind.ShouldBe(RefusalKind.Api);
        world.Server.Probes.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_changed_is_asked_the_other_way_once_and_then_that_way(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync(ModelServerKind.ChatOnly);
        var client = world.Client();
        await client.GetResponseAsync("hello");

        world.Server.Kind = ModelServerKind.ResponsesOnly;
        (stream ? await client.GetStreamingResponseAsync("hello").ToChatResponseAsync() : await client.GetResponseAsync("hello")).Text.ShouldContain("hello");

        new ApiMemory(world.StateDirectory).Find(world.Settings())!.Api.ShouldBe("responses");
    }

    [Fact]
    public async Task A_server_that_is_loading_is_waited_for_and_not_judged()
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Key = "another";

        (await Should.ThrowAsync<ModelUnavailableException>(() => world.Client().GetResponseAsync("hello"))).Message.ShouldContain("OPENAI_API_KEY");

        new ApiMemory(world.StateDirectory).Find(world.Settings()).ShouldBeNull();
    }

    [Fact]
    public async Task Neither_api_is_said_with_both_reasons()
    {
        await using var world = await OnlineWorld.StartAsync();
        var wrong = world.Settings() with { BaseUrl = new Uri(world.Server.BaseUrl, "/v2") };

        var outage = await Should.ThrowAsync<ModelUnavailableException>(() => world.Client(wrong).GetResponseAsync("hello"));

        outage.Message.ShouldContain("chat/completions: 404; responses: 404");
    }
}
