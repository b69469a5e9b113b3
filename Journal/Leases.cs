using Agent.Resp;

namespace Agent.Journal;

/// <summary>Time-limited ownership of a name, with a fencing token that only grows. Liveness lives here; truth (who may append) is the <c>StepLeased</c> entry that carries the token.</summary>
public sealed class Leases(RespConnection connection, TimeProvider time)
{
    // One tag, so that a lease and the counter lie in one slot and one transaction.
    const string Fence = "{leases}:fence";

    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lease if it is free or run out; null if somebody holds it.</summary>
    /// <param name="duration">How long it outlives its owner; at least 100 ms.</param>
    public Task<Lease?> TryTakeAsync(string name, string owner, TimeSpan duration, CancellationToken cancellationToken = default) => TryTakeAsync(name, owner, duration, hasty: false, cancellationToken);

    /// <summary>The same, possibly without waiting for the store's file.</summary>
    /// <param name="hasty">The holder appends to a journal next, and waits for that: the file keeps the order, so a taking that a killed store has forgotten is one under which nothing was appended.</param>
    public async Task<Lease?> TryTakeAsync(string name, string owner, TimeSpan duration, bool hasty, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, Shortest);
        var key = Key(name);

        // The owner's name is for people who look; the id makes each taking its own.
        var proof = $"{owner} {Guid.CreateVersion7():N}";
        var asked = time.GetTimestamp();

        // The token is drawn in the transaction that takes the lease, so that a later owner always has the higher one. A refused taking wastes a number.
        var replies = await connection.TransactionAsync(
            new[]
            {
                RespCommand.Of("SET", key, proof, "NX", "PX", (long)duration.TotalMilliseconds),
                RespCommand.Of("INCR", Fence),
            },
            hasty,
            cancellationToken);
        return replies[0].IsNull ? null : new Lease(connection, time, name, key, proof, replies[1].AsInt64(), duration, asked);
    }

    /// <summary>Whether anybody holds it now.</summary>
    public async Task<bool> IsHeldAsync(string name, CancellationToken cancellationToken = default) =>
        (await connection.ExecuteAsync(RespCommand.Of("EXISTS", Key(name)), cancellationToken)).AsInt64() == 1;

    static string Key(string name) => "{leases}:" + name;
}
