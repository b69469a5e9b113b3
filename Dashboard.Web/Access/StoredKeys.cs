using System.Security.Cryptography;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Resp;

namespace Agent.Dashboard.Web.Access;

/// <summary>Keys that admins add and revoke while the suite runs. The store holds digests only; each change is in the operator log.</summary>
sealed class StoredKeys(RespConnection store, OperatorLog log, TimeProvider time)
{
    const string Keys = OperatorLog.Tag + ":keys";

    public async ValueTask<ApiKey?> FindAsync(byte[] digest, CancellationToken cancellationToken)
    {
        var stored = await store.ExecuteAsync(RespCommand.Of("HGET", Keys, Convert.ToHexStringLower(digest)), cancellationToken);
        return stored.IsNull ? null : Read(stored) is var key ? new ApiKey(key.Name, digest, key.Roles) : null;
    }

    /// <summary>Without the keys themselves, by name.</summary>
    public async Task<IReadOnlyList<StoredKey>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ExecuteAsync(RespCommand.Of("HVALS", Keys), cancellationToken)).AsArray().Select(Read).OrderBy(key => key.Name, StringComparer.OrdinalIgnoreCase)];

    /// <returns>The key: shown once, kept nowhere. Null if somebody took the name meanwhile.</returns>
    public async Task<string?> AddAsync(string name, IReadOnlyList<Role> roles, string principal, CancellationToken cancellationToken)
    {
        var secret = "agent_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var digest = Convert.ToHexStringLower(AccessOptions.Digest(secret));
        var key = new StoredKey(name, roles, digest[..8], principal, time.GetUtcNow());
        var added = await log.ChangeAsync(
            new OperatorDeed(principal, "key_added", name, string.Join(", ", roles.Select(RoleNames.NameOf))),
            [Keys],
            async reader => (await AllAsync(reader, cancellationToken)).Any(pair => Same(pair.Key.Name, name))
                ? null
                : [RespCommand.Of("HSET", Keys, digest, JsonSerializer.SerializeToUtf8Bytes(key, ContractJson.Options))],
            cancellationToken);
        return added ? secret : null;
    }

    /// <returns>False: no such key was added.</returns>
    public Task<bool> RevokeAsync(string name, string principal, CancellationToken cancellationToken) => log.ChangeAsync(
        new OperatorDeed(principal, "key_revoked", name),
        [Keys],
        async reader => (await AllAsync(reader, cancellationToken)).FirstOrDefault(pair => Same(pair.Key.Name, name)) is { Digest: { } digest } ? [RespCommand.Of("HDEL", Keys, digest)] : null,
        cancellationToken);

    static async Task<List<(string Digest, StoredKey Key)>> AllAsync(IRespReader reader, CancellationToken cancellationToken)
    {
        var pairs = (await reader.ExecuteAsync(RespCommand.Of("HGETALL", Keys), cancellationToken)).AsArray();
        return [.. pairs.Chunk(2).Select(pair => (pair[0].AsString()!, Read(pair[1])))];
    }

    static StoredKey Read(RespValue stored) => JsonSerializer.Deserialize<StoredKey>(stored.AsBytes()!, ContractJson.Options)!;

    static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A key as lists show it.</summary>
/// <param name="Fingerprint">First 8 hex digits of its SHA-256.</param>
sealed record StoredKey(string Name, IReadOnlyList<Role> Roles, string Fingerprint, string AddedBy, DateTimeOffset AddedAt);
