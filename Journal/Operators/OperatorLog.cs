using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Operators;

/// <summary>What operators did that belongs to no run: keys, standing approvals, bundles on trial. Append-only and hash-chained like a run's journal; a change and its entry are one transaction.</summary>
public sealed class OperatorLog(RespConnection connection, TimeProvider time)
{
    /// <summary>Keys that are changed with an entry carry this tag, so that one transaction holds both.</summary>
    public const string Tag = "{operators}";

    const string Entries = Tag + ":log";

    /// <summary>Appends one entry together with what it tells of.</summary>
    /// <param name="watched">Keys the change depends on; each begins with <see cref="Tag"/>.</param>
    /// <param name="change">Says what is to be changed, from what is read there; null = nothing, and no entry either.</param>
    /// <returns>Whether it was changed.</returns>
    public Task<bool> ChangeAsync(OperatorDeed deed, IReadOnlyList<string> watched, Func<IRespReader, Task<RespCommand[]?>> change, CancellationToken cancellationToken = default)
    {
        return connection.ChangeAsync(
            [Entries, .. watched],
            async reader =>
            {
                if (await change(reader) is not { } commands)
                {
                    return null;
                }

                var newest = await reader.ExecuteAsync(RespCommand.Of("LINDEX", Entries, -1), cancellationToken);
                var before = newest.IsNull ? null : Read(newest);
                return [RespCommand.Of("RPUSH", Entries, JsonSerializer.SerializeToUtf8Bytes(After(before, deed), ContractJson.Options)), .. commands];
            },
            cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<OperatorEntry>> ListAsync(int limit, CancellationToken cancellationToken = default)
    {
        var stored = await connection.ExecuteAsync(RespCommand.Of("LRANGE", Entries, -limit, -1), cancellationToken);
        return [.. stored.AsArray().Select(Read).Reverse()];
    }

    OperatorEntry After(OperatorEntry? before, OperatorDeed deed)
    {
        var (sequence, at, previous) = ((before?.Sequence ?? 0) + 1, time.GetUtcNow(), before?.Hash ?? "");
        var text = string.Create(CultureInfo.InvariantCulture, $"{previous}\n{sequence}\n{at:O}\n{deed.Principal}\n{deed.Action}\n{deed.Subject}\n{deed.Detail}");
        return new OperatorEntry(sequence, at, deed.Principal, deed.Action, deed.Subject, deed.Detail, previous, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    static OperatorEntry Read(RespValue stored) => JsonSerializer.Deserialize<OperatorEntry>(stored.AsBytes()!, ContractJson.Options)!;
}

/// <summary>Who did what to what.</summary>
/// <param name="Action">Such as <c>key_added</c>, <c>standing_revoked</c>.</param>
public sealed record OperatorDeed(string Principal, string Action, string Subject, string? Detail = null);

/// <summary>One entry of the operator log.</summary>
public sealed record OperatorEntry(long Sequence, DateTimeOffset At, string Principal, string Action, string Subject, string? Detail, string Previous, string Hash);
