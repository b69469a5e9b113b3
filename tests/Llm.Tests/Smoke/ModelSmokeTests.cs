using Agent.Llm.Smoke;
using Agent.TestKit.Models;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Tests.Smoke;

public class ModelSmokeTests
{
    [Theory]
    [InlineData(ModelServerKind.Full, true, true)]
    [InlineData(ModelServerKind.ChatOnly, true, false)]
    [InlineData(ModelServerKind.ResponsesOnly, false, true)]
    [InlineData(ModelServerKind.LmStudio, true, false)]
    [InlineData(ModelServerKind.LlamaCpp, true, false)]
    [InlineData(ModelServerKind.Ollama, true, true)]
    [InlineData(ModelServerKind.OpenAi, true, true)]
    [InlineData(ModelServerKind.Azure, true, false)]
    public async Task A_capable_model_is_found_capable_through_what_its_server_speaks(ModelServerKind kind, bool chat, bool responses)
    {
        await using var server = await FakeModelServer.StartAsync(kind);
        server.Otherwise = CapableModel.Answer;

        var report = (await ModelSmoke.RunAsync(SmokedServer.Configuration(server)))!;

        report.IsUsable.ShouldBeTrue();
        report.Lines[0].ShouldBe(new SmokeLine("", "models", true, "1, scripted-1 among them"));
        Works(report, "chat").ShouldBe(chat ? 5 : 0);
        Works(report, "responses").ShouldBe(responses ? 5 : 0);
    }

    [Fact]
    public async Task What_a_model_can_not_do_is_said()
    {
        await using var server = await FakeModelServer.StartAsync(ModelServerKind.ChatOnly);
        server.Otherwise = _ => new ScriptedReply("I would rather talk.");

        var report = (await ModelSmoke.RunAsync(SmokedServer.Configuration(server)))!;

        report.IsUsable.ShouldBeFalse();
        report.Lines.Single(line => line is { Api: "chat", Feature: "tools" }).Detail.ShouldContain("called no tool");
        report.Lines.Single(line => line is { Api: "chat", Feature: "structured output" }).Works.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_is_away_is_said_and_none_at_all_is_null()
    {
        var server = await FakeModelServer.StartAsync();
        var configuration = SmokedServer.Configuration(server);
        await server.DisposeAsync();

        (await ModelSmoke.RunAsync(configuration))!.Lines.ShouldAllBe(line => !line.Works);
        (await ModelSmoke.RunAsync(new ConfigurationBuilder().Build())).ShouldBeNull();
    }

    static int Works(SmokeReport report, string api) => report.Lines.Count(line => line.Api == api && line.Works);
}
