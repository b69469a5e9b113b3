using System.Threading.Channels;

namespace Agent.Examples;

/// <summary>What has been shipped.</summary>
public sealed class Arrivals
{
    readonly Channel<OrderShipped> _shipped = Channel.CreateUnbounded<OrderShipped>();

    public void Add(OrderShipped order) => _shipped.Writer.TryWrite(order);

    public Task<OrderShipped> NextAsync() => _shipped.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
