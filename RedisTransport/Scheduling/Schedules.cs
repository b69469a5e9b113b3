using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Transport;
using Agent.Resp;

namespace Agent.RedisTransport.Scheduling;

/// <summary>Delayed messages that can be called back by their token.</summary>
static class Schedules
{
    static readonly TimeSpan KeptAfterDue = TimeSpan.FromDays(1);

    public static async Task SendAsync(BusConnection bus, IDestination destination, Guid token, Envelope envelope, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var queues = await destination.SendAsync(new Outgoing(Id(token), envelope.Stored, due), cancellationToken);
        var kept = due - bus.Clock.GetUtcNow() + KeptAfterDue;
        await bus.Commands.ExecuteAsync(
            RespCommand.Of("SET", bus.Keys.Scheduled($"{token:N}"), string.Join('\n', queues), "PX", (long)kept.TotalMilliseconds), cancellationToken);
    }

    /// <summary>Takes back what is not due yet; nothing when it is, or was never scheduled.</summary>
    public static async Task CancelAsync(BusConnection bus, Guid token, CancellationToken cancellationToken)
    {
        var key = bus.Keys.Scheduled($"{token:N}");
        var queues = (await bus.Commands.ExecuteAsync(RespCommand.Of("GET", key), cancellationToken)).AsString();
        foreach (var queue in queues?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            // Without its body an entry that became due in between is passed over.
            var keys = bus.Keys.Of(queue);
            await bus.Commands.TransactionAsync(
                new[] { RespCommand.Of("ZREM", keys.Delayed, Id(token)), RespCommand.Of("HDEL", keys.Bodies, Id(token)) }, cancellationToken);
        }

        await bus.Commands.ExecuteAsync(RespCommand.Of("DEL", key), cancellationToken);
    }

    static string Id(Guid token) => $"t{token:N}";
}
