using System.Text.Json;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Stops;

/// <summary>The installation's kill switch, in the store: it outlives every process until a person lifts it. Whoever acts holds a watch on it (<c>StopSign</c>).</summary>
public sealed class KillSwitch(RespConnection connection, RespSubscriber subscriber, TimeProvider time)
{
    // One tag: state and record change in one transaction.
    const string StateKey = "{stop}:state";
    const string RecordKey = "{stop}:record";
    const string InstancesKey = "{stop}:instances";
    const string Bell = "stop:bell";
    const int Recorded = 1_000;

    /// <summary>How long an instance that says nothing counts as alive.</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(10);

    public async Task<KillSwitchState> ReadAsync(CancellationToken cancellationToken = default) =>
        Of(await connection.ExecuteAsync(RespCommand.Of("GET", StateKey), cancellationToken));

    /// <summary>Stops everything. Engaged already, it stays as it was: the first who did it is named.</summary>
    public Task<KillSwitchState> EngageAsync(string principal, string? comment, CancellationToken cancellationToken = default) => ChangeAsync(true, principal, comment, cancellationToken);

    public Task<KillSwitchState> LiftAsync(string principal, string? comment, CancellationToken cancellationToken = default) => ChangeAsync(false, principal, comment, cancellationToken);

    /// <summary>What was done to it, newest first; the last thousand.</summary>
    public async Task<IReadOnlyList<KillSwitchState>> RecordAsync(int limit, CancellationToken cancellationToken = default) =>
        [.. (await connection.ExecuteAsync(RespCommand.Of("LRANGE", RecordKey, 0, limit - 1), cancellationToken)).AsArray().Select(Of)];

    /// <summary>Calls back after each change, and after a lost connection. A hint: look by yourself too.</summary>
    public Task<IAsyncDisposable> OnChangedAsync(Action handler, CancellationToken cancellationToken = default) => subscriber.SubscribeAsync(Bell, _ => handler(), cancellationToken);

    /// <summary>An instance says that it is there, and what it does about the switch.</summary>
    public async Task AcknowledgeAsync(StopAcknowledgement acknowledgement, CancellationToken cancellationToken = default) =>
        await connection.ExecuteAsync(
            new[]
            {
                RespCommand.Of("SET", Instance(acknowledgement.Instance), JsonSerializer.SerializeToUtf8Bytes(acknowledgement, ContractJson.Options), "PX", (long)AliveFor.TotalMilliseconds),
                RespCommand.Of("SADD", InstancesKey, acknowledgement.Instance),
            },
            cancellationToken: cancellationToken);

    /// <summary>The instances that are there, by name.</summary>
    public async Task<IReadOnlyList<StopAcknowledgement>> AcknowledgementsAsync(CancellationToken cancellationToken = default)
    {
        var alive = new List<StopAcknowledgement>();
        foreach (var name in (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", InstancesKey), cancellationToken)).AsArray().Select(member => member.AsString()!).Order(StringComparer.Ordinal))
        {
            var stored = await connection.ExecuteAsync(RespCommand.Of("GET", Instance(name)), cancellationToken);
            if (stored.IsNull)
            {
                await connection.ExecuteAsync(RespCommand.Of("SREM", InstancesKey, name), cancellationToken);
            }
            else
            {
                alive.Add(JsonSerializer.Deserialize<StopAcknowledgement>(stored.AsBytes()!, ContractJson.Options)!);
            }
        }

        return alive;
    }

    async Task<KillSwitchState> ChangeAsync(bool engage, string principal, string? comment, CancellationToken cancellationToken)
    {
        while (true)
        {
            KillSwitchState? present = null;
            KillSwitchState? wanted = null;
            var done = await connection.WatchAsync(
                [StateKey],
                async reader =>
                {
                    present = Of(await reader.ExecuteAsync(RespCommand.Of("GET", StateKey), cancellationToken));
                    if (present.IsEngaged == engage)
                    {
                        return null;
                    }

                    wanted = new KillSwitchState(engage, engage ? present.Epoch + 1 : present.Epoch, principal, comment, time.GetUtcNow());
                    var json = JsonSerializer.SerializeToUtf8Bytes(wanted, ContractJson.Options);
                    return [RespCommand.Of("SET", StateKey, json), RespCommand.Of("LPUSH", RecordKey, json), RespCommand.Of("LTRIM", RecordKey, 0, Recorded - 1)];
                },
                cancellationToken);
            if (done is not null)
            {
                // Outside of the transaction: within one it can hang the embedded server.
                await connection.ExecuteAsync(RespCommand.Of("PUBLISH", Bell, wanted!.Epoch), cancellationToken);
                return wanted;
            }

            if (wanted is null)
            {
                return present!;
            }
        }
    }

    static KillSwitchState Of(RespValue stored) => stored.IsNull ? KillSwitchState.NeverEngaged : JsonSerializer.Deserialize<KillSwitchState>(stored.AsBytes()!, ContractJson.Options)!;

    static string Instance(string name) => "{stop}:instance:" + name;
}

/// <summary>How the kill switch stands.</summary>
/// <param name="Epoch">Counts the stops; 0 = it was never engaged.</param>
/// <param name="Principal">Who engaged or lifted it last.</param>
public sealed record KillSwitchState(bool IsEngaged, long Epoch, string Principal, string? Comment, DateTimeOffset At)
{
    public static KillSwitchState NeverEngaged { get; } = new(false, 0, "", null, DateTimeOffset.UnixEpoch);
}

/// <summary>An instance's word about the switch.</summary>
/// <param name="Epoch">The stop it knows of.</param>
/// <param name="Stopped">Whether it holds still.</param>
/// <param name="InFlight">Pieces of work it has not ended yet.</param>
public sealed record StopAcknowledgement(string Instance, long Epoch, bool Stopped, int InFlight, DateTimeOffset At);
