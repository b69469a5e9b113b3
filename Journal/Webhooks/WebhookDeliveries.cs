using System.Globalization;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Resp;

namespace Agent.Journal.Webhooks;

/// <summary>What is owed to webhooks, kept in the store from the moment it is found out until the receiver has it or it is given up. Who looks after it may die at any point: nothing is lost,
/// and what is owed twice has one id.</summary>
public sealed class WebhookDeliveries(RespConnection connection)
{
    const string Tag = "{webhooks}";
    const string Watched = Tag + ":watched";
    const string Seen = Tag + ":seen";
    const string Pending = Tag + ":pending";
    const int Remembered = 50;

    // Longer than anybody could find out about the same end again.
    const int MadeForSeconds = 7 * 24 * 3600;

    /// <summary>Runs whose end is waited for.</summary>
    public async Task<IReadOnlyList<Guid>> WatchedAsync(CancellationToken cancellationToken = default) =>
        [.. (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", Watched), cancellationToken)).AsArray().Select(member => Guid.Parse(member.AsString()!))];

    public async Task WatchAsync(IReadOnlyCollection<Guid> runs, CancellationToken cancellationToken = default)
    {
        if (runs.Count > 0)
        {
            await connection.ExecuteAsync(RespCommand.Of("SADD", [Watched, .. runs.Select(run => (RespArgument)run.ToString())]), cancellationToken);
        }
    }

    public Task UnwatchAsync(Guid runId, CancellationToken cancellationToken = default) => connection.ExecuteAsync(RespCommand.Of("SREM", Watched, runId.ToString()), cancellationToken).AsTask();

    /// <summary>Runs submitted before this time are watched or dealt with; null before the first look.</summary>
    public async Task<DateTimeOffset?> SeenUpToAsync(CancellationToken cancellationToken = default) =>
        (await connection.ExecuteAsync(RespCommand.Of("GET", Seen), cancellationToken)).AsString() is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;

    public Task SeeUpToAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        connection.ExecuteAsync(RespCommand.Of("SET", Seen, time.ToString("O", CultureInfo.InvariantCulture)), cancellationToken).AsTask();

    /// <returns>False: it was found out before.</returns>
    public Task<bool> OweAsync(WebhookDelivery delivery, CancellationToken cancellationToken = default)
    {
        var made = $"{Tag}:made:{delivery.Id}";
        return connection.ChangeAsync(
            [made],
            async reader => (await reader.ExecuteAsync(RespCommand.Of("EXISTS", made), cancellationToken)).AsInt64() == 1
                ? null
                : [RespCommand.Of("SET", made, "1", "EX", MadeForSeconds), Store(delivery)],
            cancellationToken);
    }

    public async Task<IReadOnlyList<WebhookDelivery>> PendingAsync(CancellationToken cancellationToken = default) =>
        [.. (await connection.ExecuteAsync(RespCommand.Of("HVALS", Pending), cancellationToken)).AsArray().Select(Read)];

    /// <returns>Null: it is over, or its webhook was removed.</returns>
    public async Task<WebhookDelivery?> FindPendingAsync(string id, CancellationToken cancellationToken = default) =>
        await connection.ExecuteAsync(RespCommand.Of("HGET", Pending, id), cancellationToken) is { IsNull: false } stored ? Read(stored) : null;

    /// <summary>The pending ones and the last that are over, newest first.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> OfAsync(Guid webhookId, CancellationToken cancellationToken = default)
    {
        var over = await connection.ExecuteAsync(RespCommand.Of("LRANGE", Over(webhookId), 0, -1), cancellationToken);
        return [.. (await PendingAsync(cancellationToken)).Where(delivery => delivery.WebhookId == webhookId).Concat(over.AsArray().Select(Read)).OrderByDescending(delivery => delivery.OwedAt)];
    }

    /// <summary>Writes down what a try came to, if nobody else has meanwhile.</summary>
    public Task<bool> TellAsync(WebhookDelivery before, WebhookDelivery after, CancellationToken cancellationToken = default) => connection.ChangeAsync(
        [Pending],
        async reader => await reader.ExecuteAsync(RespCommand.Of("HGET", Pending, before.Id), cancellationToken) is { IsNull: false } stored && Read(stored) == before
            ? after.State == DeliveryState.Pending
                ? [Store(after)]
                : [RespCommand.Of("HDEL", Pending, after.Id), RespCommand.Of("LPUSH", Over(after.WebhookId), Write(after with { Body = null })), RespCommand.Of("LTRIM", Over(after.WebhookId), 0, Remembered - 1)]
            : null,
        cancellationToken);

    /// <summary>Its webhook was removed: nothing more is owed to it.</summary>
    public async Task ForgetAsync(Guid webhookId, CancellationToken cancellationToken = default)
    {
        foreach (var delivery in (await PendingAsync(cancellationToken)).Where(delivery => delivery.WebhookId == webhookId))
        {
            await connection.ExecuteAsync(RespCommand.Of("HDEL", Pending, delivery.Id), cancellationToken);
        }

        await connection.ExecuteAsync(RespCommand.Of("DEL", Over(webhookId)), cancellationToken);
    }

    static string Over(Guid webhookId) => $"{Tag}:over:{webhookId:N}";

    static RespCommand Store(WebhookDelivery delivery) => RespCommand.Of("HSET", Pending, delivery.Id, Write(delivery));

    static byte[] Write(WebhookDelivery delivery) => JsonSerializer.SerializeToUtf8Bytes(delivery, ContractJson.Options);

    static WebhookDelivery Read(RespValue stored) => JsonSerializer.Deserialize<WebhookDelivery>(stored.AsBytes()!, ContractJson.Options)!;
}
