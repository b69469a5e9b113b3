using System.Security.Cryptography;
using System.Text;
using Agent.Resp;

namespace Agent.Journal;

/// <summary>Maps a principal's idempotency key to the run it made.</summary>
public sealed class IdempotencyKeys(RespConnection connection)
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Claims the key for a run, or says which run has it. Who claimed may have died before the run's first entry:
    /// with <see cref="KeyClaim.IsNew"/> false and no such run in the journal, create it under the id given here.</summary>
    /// <param name="bodyDigest">SHA-256 (hex) of the request body; the same key with another body is refused.</param>
    public async Task<KeyClaim> ClaimAsync(string principal, string key, string bodyDigest, Guid runId, CancellationToken cancellationToken = default)
    {
        // Hashed: both texts come from outside and may be long or hold anything.
        var name = "j:idem:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{principal.Length}:{principal}{key}")));
        var replies = await connection.ExecuteAsync(
            new[]
            {
                RespCommand.Of("SET", name, $"{runId} {bodyDigest}", "NX", "EX", (long)Retention.TotalSeconds),
                RespCommand.Of("GET", name),
            },
            cancellationToken: cancellationToken);
        if (replies.FirstOrDefault(reply => reply.Kind == RespKind.Error) is { Kind: RespKind.Error } error)
        {
            throw new RespServerException(error.AsString()!);
        }

        var holder = (replies[1].AsString() ?? $"{runId} {bodyDigest}").Split(' ');
        var claimed = Guid.Parse(holder[0]);
        return new KeyClaim(claimed, claimed == runId, string.Equals(holder[1], bodyDigest, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>Whose an idempotency key is.</summary>
/// <param name="RunId">The run that holds the key: the caller's own if the claim was new.</param>
/// <param name="SameBody">False: the key was used with another body; refuse.</param>
public sealed record KeyClaim(Guid RunId, bool IsNew, bool SameBody);
