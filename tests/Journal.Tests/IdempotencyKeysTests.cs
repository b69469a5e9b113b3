using Agent.TestKit;

namespace Agent.Journal.Tests;

public class IdempotencyKeysTests
{
    [Theory, OnBothServers]
    public async Task The_same_key_and_body_is_the_same_run_another_body_is_said_so(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var keys = new IdempotencyKeys(world.Connection);
        var (key, first) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7());

        (await keys.ClaimAsync("ada", key, "b1", first)).ShouldBe(new KeyClaim(first, IsNew: true, SameBody: true));
        (await keys.ClaimAsync("ada", key, "b1", Guid.CreateVersion7())).ShouldBe(new KeyClaim(first, IsNew: false, SameBody: true));
        (await keys.ClaimAsync("ada", key, "b2", Guid.CreateVersion7())).ShouldBe(new KeyClaim(first, IsNew: false, SameBody: false));
    }

    [Theory, OnBothServers]
    public async Task Keys_of_two_principals_are_two_keys(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var keys = new IdempotencyKeys(world.Connection);
        var key = Guid.CreateVersion7().ToString();

        (await keys.ClaimAsync("ada", "x" + key, "b1", Guid.CreateVersion7())).IsNew.ShouldBeTrue();
        (await keys.ClaimAsync("adax", key, "b1", Guid.CreateVersion7())).IsNew.ShouldBeTrue();
    }

    [Theory, OnBothServers]
    public async Task Of_many_claims_at_once_one_is_new(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var keys = new IdempotencyKeys(world.Connection);
        var key = Guid.CreateVersion7().ToString();

        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => keys.ClaimAsync("ada", key, "b1", Guid.CreateVersion7())));

        claims.Count(claim => claim.IsNew).ShouldBe(1);
        claims.Select(claim => claim.RunId).Distinct().Count().ShouldBe(1);
    }
}
