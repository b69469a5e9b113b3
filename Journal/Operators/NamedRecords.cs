using System.Text.Json;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Operators;

/// <summary>Small records under a name that operators set up beside the runs. What an operator does to one is in the operator log, in the same transaction.</summary>
/// <param name="kind">Names them in the store and in the log: <c>schedule</c>.</param>
public abstract class NamedRecords<T>(RespConnection connection, OperatorLog log, string kind)
    where T : class
{
    readonly string _key = $"{OperatorLog.Tag}:{kind}s";

    /// <summary>All, by name.</summary>
    public async Task<IReadOnlyList<T>> AllAsync(CancellationToken cancellationToken = default)
    {
        var fields = (await connection.ExecuteAsync(RespCommand.Of("HGETALL", _key), cancellationToken)).AsArray();
        return [.. fields.Chunk(2).OrderBy(pair => pair[0].AsString(), StringComparer.Ordinal).Select(pair => Read(pair[1]))];
    }

    public async Task<T?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        await connection.ExecuteAsync(RespCommand.Of("HGET", _key, name), cancellationToken) is { IsNull: false } stored ? Read(stored) : null;

    /// <returns>False: the name is taken.</returns>
    public Task<bool> AddAsync(string name, T record, string principal, CancellationToken cancellationToken = default) => log.ChangeAsync(
        new OperatorDeed(principal, kind + "_added", name), [_key],
        async reader => await FindAsync(reader, name, cancellationToken) is null ? [RespCommand.Of("HSET", _key, name, Write(record))] : null, cancellationToken);

    /// <returns>False: there is none of that name.</returns>
    public Task<bool> RemoveAsync(string name, string principal, CancellationToken cancellationToken = default) => log.ChangeAsync(
        new OperatorDeed(principal, kind + "_removed", name), [_key],
        async reader => await FindAsync(reader, name, cancellationToken) is null ? null : [RespCommand.Of("HDEL", _key, name)], cancellationToken);

    /// <summary>An operator's change.</summary>
    /// <param name="action">As the log names it: <c>schedule_paused</c>.</param>
    /// <param name="change">Null = it is so already.</param>
    public Task<bool> ChangeAsync(string name, Func<T, T?> change, string principal, string action, CancellationToken cancellationToken = default) => log.ChangeAsync(
        new OperatorDeed(principal, action, name), [_key], reader => ChangeAsync(reader, name, change, cancellationToken), cancellationToken);

    /// <summary>A change that follows by itself: no operator made it, and no entry tells of it.</summary>
    /// <param name="change">Null = leave it.</param>
    public Task<bool> KeepAsync(string name, Func<T, T?> change, CancellationToken cancellationToken = default) =>
        connection.ChangeAsync([_key], reader => ChangeAsync(reader, name, change, cancellationToken), cancellationToken);

    async Task<RespCommand[]?> ChangeAsync(IRespReader reader, string name, Func<T, T?> change, CancellationToken cancellationToken) =>
        await FindAsync(reader, name, cancellationToken) is { } present && change(present) is { } wanted ? [RespCommand.Of("HSET", _key, name, Write(wanted))] : null;

    async Task<T?> FindAsync(IRespReader reader, string name, CancellationToken cancellationToken) =>
        await reader.ExecuteAsync(RespCommand.Of("HGET", _key, name), cancellationToken) is { IsNull: false } stored ? Read(stored) : null;

    static T Read(RespValue stored) => JsonSerializer.Deserialize<T>(stored.AsBytes()!, ContractJson.Options)!;

    static byte[] Write(T record) => JsonSerializer.SerializeToUtf8Bytes(record, ContractJson.Options);
}
