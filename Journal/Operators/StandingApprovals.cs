using System.Text.Json;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Operators;

/// <summary>The standing approvals there are. Granting, revoking and each use change the store in one transaction, so that no use follows a revocation and none goes beyond the number granted.</summary>
public sealed class StandingApprovals(RespConnection connection, OperatorLog log, TimeProvider time)
{
    const string Grants = OperatorLog.Tag + ":standing";

    /// <summary>All that were granted, newest first; those that hold no longer too.</summary>
    public async Task<IReadOnlyList<StandingApproval>> ListAsync(CancellationToken cancellationToken = default)
    {
        var grants = await AllAsync(cancellationToken);
        var used = await connection.ExecuteAsync((RespCommand[])[.. grants.Select(grant => RespCommand.Of("SCARD", UsesOf(grant.Id)))], null, cancellationToken);
        return [.. grants.Zip(used, (grant, count) => grant with { Used = (int)count.AsInt64() })];
    }

    /// <summary>Those that may answer the question, newest first; whether one has a use left is found out by taking it.</summary>
    public async Task<IReadOnlyList<StandingApproval>> CoveringAsync(StandingQuestion question, CancellationToken cancellationToken = default) =>
        [.. (await AllAsync(cancellationToken)).Where(grant => grant.HoldsAt(time.GetUtcNow()) && grant.Covers(question))];

    public Task<bool> GrantAsync(StandingApproval grant, CancellationToken cancellationToken = default) => log.ChangeAsync(
        new OperatorDeed(grant.GrantedBy, "standing_granted", grant.Id, JsonSerializer.Serialize(grant, ContractJson.Options)),
        [Grants],
        _ => Task.FromResult<RespCommand[]?>([Store(grant)]),
        cancellationToken);

    /// <returns>False: there is none of that id, or it was revoked before.</returns>
    public Task<bool> RevokeAsync(string id, string principal, CancellationToken cancellationToken = default) => log.ChangeAsync(
        new OperatorDeed(principal, "standing_revoked", id),
        [Grants],
        async reader => await FindAsync(reader, id, cancellationToken) is { RevokedAt: null } grant
            ? [Store(grant with { RevokedBy = principal, RevokedAt = time.GetUtcNow() })]
            : null,
        cancellationToken);

    /// <summary>Takes one use for a call, if one is to be had. The same call again takes no second one, and is refused once the approval holds no longer.</summary>
    public Task<bool> TryUseAsync(string id, Guid runId, string callId, CancellationToken cancellationToken = default)
    {
        var (uses, use) = (UsesOf(id), $"{runId:N}:{callId}");
        return connection.ChangeAsync(
            [Grants, uses],
            async reader =>
            {
                if (await FindAsync(reader, id, cancellationToken) is not { } grant || !grant.HoldsAt(time.GetUtcNow()))
                {
                    return null;
                }

                // In this order: a refusal is not checked by the transaction, and the same call asked for twice at once may take the last use between the two readings.
                var used = (await reader.ExecuteAsync(RespCommand.Of("SCARD", uses), cancellationToken)).AsInt64();
                var isKnown = (await reader.ExecuteAsync(RespCommand.Of("SISMEMBER", uses, use), cancellationToken)).AsInt64() == 1;
                return isKnown || grant.Uses is null || used < grant.Uses ? [RespCommand.Of("SADD", uses, use)] : null;
            },
            cancellationToken);
    }

    async Task<List<StandingApproval>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await connection.ExecuteAsync(RespCommand.Of("HVALS", Grants), cancellationToken)).AsArray().Select(Read).OrderByDescending(grant => grant.GrantedAt)];

    static async Task<StandingApproval?> FindAsync(IRespReader reader, string id, CancellationToken cancellationToken) =>
        await reader.ExecuteAsync(RespCommand.Of("HGET", Grants, id), cancellationToken) is { IsNull: false } stored ? Read(stored) : null;

    static RespCommand Store(StandingApproval grant) => RespCommand.Of("HSET", Grants, grant.Id, JsonSerializer.SerializeToUtf8Bytes(grant, ContractJson.Options));

    static StandingApproval Read(RespValue stored) => JsonSerializer.Deserialize<StandingApproval>(stored.AsBytes()!, ContractJson.Options)!;

    static string UsesOf(string id) => $"{OperatorLog.Tag}:standing-uses:{id}";
}
