using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Llm.Cassettes;
using Microsoft.Extensions.AI;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>Every exchange stands in the journal so that the question can be made again and the answer given again.</summary>
public class When_a_model_exchange_is_recorded
{
    [Fact]
    public async Task Each_question_is_made_again_from_the_journal_under_the_same_key()
    {
        await using var world = await StepWorld.StartAsync();
        var nested = new { n = 1, z = new { b = 1, a = new[] { 2, 1 } } };
        await world.RunAsync(world.Executor(new ScriptedModel(Calls("count", new { n = 1 }, times: 2), Calls("no_such_tool", nested), Answers("Counted [work.1#1]."))));

        var replies = (await world.EventsAsync()).OfType<ModelReplied>().ToList();
        replies.Count.ShouldBe(3);
        replies.Select(reply => reply.RequestDigest).Distinct().Count().ShouldBe(3);
        foreach (var reply in replies)
        {
            var state = new RunState(world.RunId);
            await foreach (var entry in world.Journal.ReadAsync(world.RunId))
            {
                if (entry.Sequence <= reply.AskedAt)
                {
                    state.Apply(entry);
                }
            }

            var again = new ModelQuestion("executor", StepWorld.StepId, 1, reply.Turn, reply.AskedAt, Conversation.Of(state, state.Step(StepWorld.StepId)), new ChatOptions(), ToolOffer.Recorded(reply.ToolsDigest!));
            again.Key.ShouldBe(reply.RequestDigest);
        }
    }

    [Fact]
    public async Task The_tools_that_were_offered_can_be_read_back()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(new ScriptedModel(Answers("Nothing to do."))));

        var reply = (await world.EventsAsync()).OfType<ModelReplied>().Single();
        var offer = await new Artefacts(world.Connection).GetAsync(reply.ToolsDigest!);

        JsonDocument.Parse(Encoding.UTF8.GetString(offer.ShouldNotBeNull())).RootElement.EnumerateArray().Select(tool => tool.GetProperty("name").GetString()).ShouldContain("read_file");
    }

    [Fact]
    public async Task The_answer_is_whole_and_secrets_are_taken_out()
    {
        await using var world = await StepWorld.StartAsync();
        var answer = new ChatMessage(ChatRole.Assistant, [
            new TextReasoningContent("The key is sk-proj-abcdefghijklmnopqrstuvwx."),
            new TextContent("I use sk-proj-abcdefghijklmnopqrstuvwx [nothing].")]);
        await world.RunAsync(world.Executor(new ScriptedModel(_ => answer)));

        var reply = (await world.EventsAsync()).OfType<ModelReplied>().Single();

        reply.Reasoning.ShouldBe("The key is ***.");
        reply.Text.ShouldBe("I use *** [nothing].");
        (reply.FinishReason, reply.Model).ShouldBe(("stop", "scripted"));
        reply.Usage.ShouldBe(new TokenUsage(10, 5));
    }
}
