using Agent.Contracts;
using Agent.Journal.Retention;
using Agent.TestKit;

namespace Agent.Journal.Tests;

/// <summary>One run, one slot: no append, lease, budget or artefact names keys of two.</summary>
public class When_the_store_is_a_cluster
{
    [Fact]
    public async Task Runs_of_all_nodes_are_written_listed_followed_and_removed()
    {
        await using var cluster = await RedisCluster.TryStartAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(cluster is null, SharedServers.Missing(ServerKind.Redis));
        await using var world = JournalWorld.On(cluster);
        var (_, _, another) = world.Another();
        var artefacts = new Artefacts(world.Connection);
        var runs = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            var (runId, head) = await world.SubmitAsync($"goal {i}");
            runs.Add(runId);
            await artefacts.PutAsync(runId, "shared"u8.ToArray());
            head = await world.AppendAsync(runId, head, [.. Enumerable.Range(0, 60).Select(number => new RunPaused($"{number}"))]);
            (await another.AppendAsync(runId, head, [new RunResumed("ada")], "other")).ShouldBeOfType<AppendResult.Appended>();
            (await world.Journal.AppendAsync(runId, head, [new RunResumed("bob")], "test")).ShouldBeOfType<AppendResult.Moved>().Current.Sequence.ShouldBe(62);
            (await world.Journal.VerifyAsync(runId)).Holds.ShouldBeTrue();
        }

        (await world.Journal.ListAsync()).Select(run => run.RunId).Order().ShouldBe(runs.Order());
        (await world.Journal.OpenRunsAsync()).ShouldBe(runs.Order());

        var following = Task.Run(async () => (await world.Journal.FollowAsync(runs[0], 63).FirstAsync()).Event);
        await world.AppendAsync(runs[0], await world.Journal.HeadAsync(runs[0]), new RunEnded(RunPhase.Succeeded, StopReason.Done, ""));
        (await following.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeOfType<RunEnded>();

        await using (var lease = await new Leases(world.Connection, TimeProvider.System).TryTakeAsync("step:1", "me", TimeSpan.FromSeconds(10)))
        {
            lease.ShouldNotBeNull();
        }

        await new RunArchive(world.Connection, world.Journal, artefacts).RemoveAsync(runs[0]);
        (await world.Journal.LoadAsync(runs[0])).ShouldBeNull();
        (await world.Journal.LoadAsync(runs[1])).ShouldNotBeNull();
    }
}
