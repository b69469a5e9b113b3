using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Storage;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Reading;

/// <summary>A run as a program of November 2026 left it in its store, every event at version 1. The file is never changed.</summary>
public class When_an_older_program_wrote_the_journal
{
    [Theory, OnBothServers]
    public async Task It_is_verified_and_read_as_it_was_meant(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var stored = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Approved", "Journals", "replace-a-word.v1.jsonl"))
            .Select(line => JournalLine.Read(System.Text.Encoding.UTF8.GetBytes(line)).Stored)
            .ToList();
        var runId = Envelope.Read(stored[0].AsSpan(EntryCodec.HashLength)).RunId;
        for (var at = 0; at < stored.Count; at++)
        {
            await world.Connection.ExecuteAsync(RespCommand.Of("SET", JournalKeys.Entry(runId, at + 1), stored[at]));
        }

        (await world.Journal.VerifyAsync(runId)).ShouldSatisfyAllConditions(verdict => verdict.Holds.ShouldBeTrue(), verdict => verdict.Entries.ShouldBe(18));
        var state = (await world.Journal.LoadAsync(runId)).ShouldNotBeNull();

        (state.Phase, state.End!.StopReason).ShouldBe((RunPhase.Succeeded, StopReason.Done));
        state.Goal.ShouldBe("Replace \"Prints\" with \"Says\" in README.md");
        state.Steps.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            step => step.Phase.ShouldBe(StepPhase.Accepted),
            step => step.Evidence.ShouldBe(["replace.1#2", "replace.1#1"], ignoreOrder: true),
            step => step.CallIds.ShouldBe(["replace.1#1", "replace.1#2"]));
        state.Calls.Values.ShouldAllBe(call => call.Finished != null && call.Finished.Outcome == ToolCallOutcome.Ok);
    }
}
