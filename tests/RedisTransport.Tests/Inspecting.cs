using Agent.Resp;

namespace Agent.RedisTransport.Tests;

/// <summary>Looks into a world's queues.</summary>
sealed class Inspecting : IAsyncDisposable
{
    public Inspecting(World world)
    {
        Redis = new RespConnection(RespOptions.Parse(world.Server!.ConnectionString));
        Queues = new QueueInspector(Redis, TimeProvider.System, world.Prefix);
    }

    public RespConnection Redis { get; }

    public QueueInspector Queues { get; }

    public ValueTask DisposeAsync() => Redis.DisposeAsync();
}
