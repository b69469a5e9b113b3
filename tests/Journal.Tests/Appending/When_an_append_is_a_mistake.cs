using Agent.Contracts;
using Agent.TestKit;

namespace Agent.Journal.Tests.Appending;

public class When_an_append_is_a_mistake
{
    [Theory, OnBothServers]
    public async Task Nothing_follows_the_end_of_a_run(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        var end = await world.AppendAsync(runId, head, new RunEnded(RunPhase.Succeeded, StopReason.Done, "# Report"));

        (await Should.ThrowAsync<InvalidOperationException>(() => world.Journal.AppendAsync(runId, end, [new RunPaused("ada")], "test"))).Message.ShouldContain("has ended at entry 2");
        await Should.ThrowAsync<InvalidOperationException>(() => world.Another().Journal.AppendAsync(runId, end, [new RunPaused("ada")], "test"));
        (await world.Another().Journal.AppendAsync(runId, head, [new RunPaused("ada")], "test")).ShouldBe(new AppendResult.Moved(end));
    }

    [Fact]
    public async Task A_journal_begins_with_the_submission_and_has_no_second_one()
    {
        await using var world = await JournalWorld.OnAsync(ServerKind.Garnet);
        var (runId, head) = await world.SubmitAsync();

        await Should.ThrowAsync<ArgumentException>(() => world.Journal.AppendAsync(Guid.CreateVersion7(), JournalHead.Empty, [new RunPaused("ada")], "test"));
        await Should.ThrowAsync<ArgumentException>(() => world.Journal.AppendAsync(runId, head, [Sample.Submitted()], "test"));
        await Should.ThrowAsync<ArgumentException>(() => world.Journal.AppendAsync(runId, head, [], "test"));
        await Should.ThrowAsync<ArgumentException>(() => world.Journal.AppendAsync(runId, head, [new RunEnded(RunPhase.Failed, StopReason.Budget, ""), new RunPaused("ada")], "test"));
    }
}
