using Agent.TestKit;

namespace Agent.Journal.Tests;

public class LeaseTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory, OnBothServers]
    public async Task One_holds_it_and_the_next_has_a_higher_token(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (leases, name) = (new Leases(world.Connection, TimeProvider.System), Name());

        var first = (await leases.TryTakeAsync(name, "executor-1", TimeSpan.FromSeconds(30)))!;
        (await leases.TryTakeAsync(name, "executor-2", TimeSpan.FromSeconds(30))).ShouldBeNull();
        (await leases.IsHeldAsync(name)).ShouldBeTrue();
        await first.DisposeAsync();
        (await leases.IsHeldAsync(name)).ShouldBeFalse();
        await using var second = (await leases.TryTakeAsync(name, "executor-2", TimeSpan.FromSeconds(30)))!;

        second.Token.ShouldBeGreaterThan(first.Token);
        second.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Theory, OnBothServers]
    public async Task Of_many_who_try_at_once_one_has_it(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var name = Name();

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => new Leases(world.Another().Connection, TimeProvider.System).TryTakeAsync(name, $"executor-{number}", TimeSpan.FromSeconds(30))));

        taken.Count(lease => lease is not null).ShouldBe(1);
    }

    [Theory, OnBothServers]
    public async Task It_outlives_its_duration_while_its_owner_lives(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (leases, name) = (new Leases(world.Connection, TimeProvider.System), Name());
        await using var lease = (await leases.TryTakeAsync(name, "executor-1", TimeSpan.FromSeconds(6)))!;

        // Renewed each third of its duration: after the fourth it is older than it could be without.
        var left = await LeftAsync(world, name);
        for (var renewals = 0; renewals < 4;)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var now = await LeftAsync(world, name);
            renewals += now > left ? 1 : 0;
            left = now;
        }

        lease.Lost.IsCancellationRequested.ShouldBeFalse();
        (await leases.TryTakeAsync(name, "executor-2", TimeSpan.FromSeconds(1))).ShouldBeNull();
    }

    [Theory, OnBothServers]
    public async Task It_is_lost_when_somebody_else_has_it_and_giving_it_back_leaves_the_others_alone(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (leases, name) = (new Leases(world.Connection, TimeProvider.System), Name());
        var lease = (await leases.TryTakeAsync(name, "executor-1", TimeSpan.FromSeconds(1)))!;
        var lost = LostAsync(lease);

        await world.Connection.ExecuteAsync(Resp.RespCommand.Of("SET", "{leases}:" + name, "somebody else"));

        await lost.WaitAsync(Limit);
        await lease.DisposeAsync();
        (await leases.IsHeldAsync(name)).ShouldBeTrue();
    }

    [Theory, OnBothServers]
    public async Task It_is_lost_when_the_store_is_away_for_longer_than_it_lasts(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var lease = (await new Leases(world.Connection, TimeProvider.System).TryTakeAsync(Name(), "executor-1", TimeSpan.FromSeconds(2)))!;
        var lost = LostAsync(lease);

        await world.Server.FreezeAsync();
        await lost.WaitAsync(Limit);

        await world.Server.ThawAsync();
        await lease.DisposeAsync();
    }

    [Theory, OnBothServers]
    public async Task It_survives_a_restart_of_the_store_that_is_shorter_than_it(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (leases, name) = (new Leases(world.Connection, TimeProvider.System), Name());
        await using var lease = (await leases.TryTakeAsync(name, "executor-1", TimeSpan.FromSeconds(30)))!;

        await world.Server.KillAndRestartAsync();

        (await leases.TryTakeAsync(name, "executor-2", TimeSpan.FromSeconds(30))).ShouldBeNull();
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Theory, OnBothServers]
    public async Task A_dead_owners_lease_is_taken_over_after_its_duration(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (connection, _, _) = world.Another();
        var (leases, name) = (new Leases(world.Connection, TimeProvider.System), Name());
        var dead = (await new Leases(connection, TimeProvider.System).TryTakeAsync(name, "executor-1", TimeSpan.FromSeconds(1)))!;
        await connection.DisposeAsync();

        Lease? taken = null;
        using var limit = new CancellationTokenSource(Limit);
        while (taken is null)
        {
            await Task.Delay(100, limit.Token);
            taken = await leases.TryTakeAsync(name, "executor-2", TimeSpan.FromSeconds(30));
        }

        dead.Lost.IsCancellationRequested.ShouldBeTrue();
        taken.Token.ShouldBeGreaterThan(dead.Token);
        await taken.DisposeAsync();
    }

    static async Task<long> LeftAsync(JournalWorld world, string name) =>
        (await world.Connection.ExecuteAsync(Resp.RespCommand.Of("PTTL", "{leases}:" + name))).AsInt64();

    static Task LostAsync(Lease lease)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lease.Lost.Register(lost.SetResult);
        return lost.Task;
    }

    static string Name() => $"run/{Guid.CreateVersion7():N}";
}
