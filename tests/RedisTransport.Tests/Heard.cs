using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Agent.RedisTransport.Tests;

/// <summary>What consumers heard, for a test to wait for.</summary>
public sealed class Heard<T>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    readonly Channel<T> _items = Channel.CreateUnbounded<T>();

    readonly ConcurrentQueue<T> _seen = new();

    public void Add(T item)
    {
        _seen.Enqueue(item);
        _items.Writer.TryWrite(item);
    }

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<T> Seen() => _seen;

    public async Task<T> NextAsync(TimeSpan? patience = null) => await _items.Reader.ReadAsync().AsTask().WaitAsync(patience ?? Patience);

    public async Task<List<T>> NextAsync(int count)
    {
        var items = new List<T>(count);
        while (items.Count < count)
        {
            items.Add(await NextAsync());
        }

        return items;
    }

    /// <summary>Waits a while to see that nothing more comes.</summary>
    public async Task<bool> IsQuietAsync(TimeSpan howLong)
    {
        using var limit = new CancellationTokenSource(howLong);
        try
        {
            await _items.Reader.WaitToReadAsync(limit.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
