using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Microsoft.Extensions.AI;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_a_weak_model_carries_out_a_step
{
    [Fact]
    public async Task It_is_told_exactly_what_was_wrong_with_a_call_and_may_ask_again()
    {
        await using var world = await StepWorld.StartAsync();
        var model = new ScriptedModel(
            Malformed("count", "n is 1"), Malformed("count", "[1]"), Calls("counting"), Calls("read_file", new { file = "a.txt" }), Calls("count", new { n = 1 }), Answers("Counted [work.1#5]."));

        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Executed>();

        var results = model.Asked[^1].SelectMany(message => message.Contents).OfType<FunctionResultContent>().Select(result => (string)result.Result!).ToList();
        results[0].ShouldContain("The arguments of count are no JSON: `n is 1`");
        results[0].ShouldContain("Send one JSON object");
        results[1].ShouldContain("must be a JSON object, not Array");
        results[2].ShouldContain("There is no tool 'counting' here now. Call one of those you were offered");
        results[3].ShouldContain("read_file has no argument 'file'; it takes path");
        world.Pure.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_attempt_stands_in_the_journal_as_it_came()
    {
        await using var world = await StepWorld.StartAsync();

        await world.RunAsync(world.Executor(new ScriptedModel(Malformed("count", "n is 1"), Calls("no_such_tool"), Answers("Given up."))));

        var events = await world.EventsAsync();
        events.OfType<ModelReplied>().Select(reply => reply.Turn).ShouldBe([1, 2, 3]);
        events.OfType<ModelReplied>().First().Calls.Single().Arguments.GetString().ShouldBe("n is 1");
        events.OfType<ToolCallDecided>().Select(decided => (decided.Tool, decided.Rule)).ShouldBe([("count", "tool-arguments"), ("no_such_tool", "unknown-tool")]);
        events.OfType<ToolCallStarted>().ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_not_asked_for_ever()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.MaxTurns = 4;

        var outcome = await world.RunAsync(world.Executor(new ScriptedModel([.. Enumerable.Repeat(Malformed("count", "{"), 10)])));

        outcome.ShouldBe(new StepOutcome.Failed("limit", "No answer after 4 turns."));
        (await world.EventsAsync()).OfType<ModelReplied>().Count().ShouldBe(4);
    }

    static Func<IReadOnlyList<ChatMessage>, ChatMessage> Malformed(string tool, string arguments) => messages => new ChatMessage(
        ChatRole.Assistant,
        [new FunctionCallContent($"call_{messages.Count}", tool) { RawRepresentation = arguments, Exception = new JsonException("no JSON object") }]);
}
