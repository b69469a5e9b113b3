using Agent.Llm.Metering;
using Agent.Llm.Tests.OpenAi;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Tests.Metering;

public class PricesTests
{
    static readonly (string, string)[] Table = [("Llm:Prices:scripted-1:Input", "2"), ("Llm:Prices:scripted-1:CachedInput", "1"), ("Llm:Prices:scripted-1:Output", "10")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_AModelInTheTable_TravelsWithTheReply(bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("yes") { InputTokens = 103, OutputTokens = 20 });
        using var client = new MeteredChatClient(world.Bare("chat"), "executor", new Prices(Configuration(Table)), TimeProvider.System);

        var response = stream ? await client.GetStreamingResponseAsync("hello").ToChatResponseAsync() : await client.GetResponseAsync("hello");

        // 100 fresh at 2, 3 cached at 1, 20 out at 10, for a million each.
        response.Usage!.AdditionalCounts![ModelCall.CostMicroUsd].ShouldBe(403);
    }

    [Fact]
    public async Task Of_AModelThatIsNot_IsNotGuessed()
    {
        await using var world = await OnlineWorld.StartAsync();
        using var client = new MeteredChatClient(world.Bare("chat"), "executor", new Prices(Configuration(("Llm:Prices:other:Input", "2"), ("Llm:Prices:other:Output", "2"))), TimeProvider.System);

        (await client.GetResponseAsync("hello")).Usage!.AdditionalCounts?.ContainsKey(ModelCall.CostMicroUsd).ShouldNotBe(true);
    }

    [Fact]
    public void Read_Mistakes_AreAllNamed()
    {
        var mistakes = Should.Throw<FormatException>(() => new Prices(Configuration(("Llm:Prices:a:Input", "free"), ("Llm:Prices:a:Output", "1"), ("Llm:Prices:b:Input", "1"), ("Llm:Prices:c:Input", "-1"), ("Llm:Prices:c:Output", "1"), ("Llm:Prices:c:Cached", "1")))).Message;

        mistakes.ShouldContain("Llm:Prices:a:Input is `free`");
        mistakes.ShouldContain("Llm:Prices:b has no Output");
        mistakes.ShouldContain("Llm:Prices:c:Input is `-1`");
        mistakes.ShouldContain("Llm:Prices:c:Cached is not known");
    }

    static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
}
