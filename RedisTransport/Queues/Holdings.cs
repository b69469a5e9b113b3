using System.Diagnostics.CodeAnalysis;

namespace Agent.RedisTransport.Queues;

/// <summary>What a receiver holds, by name: being handled, or waiting for it.</summary>
sealed class Holdings
{
    readonly Lock _gate = new();
    readonly Dictionary<string, Delivery> _deliveries = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _deliveries.Count;
            }
        }
    }

    /// <summary>What is held at this moment.</summary>
    public HashSet<string> Names()
    {
        lock (_gate)
        {
            return new HashSet<string>(_deliveries.Keys, StringComparer.Ordinal);
        }
    }

    public bool TryGet(string entry, [NotNullWhen(true)] out Delivery? delivery)
    {
        lock (_gate)
        {
            return _deliveries.TryGetValue(entry, out delivery);
        }
    }

    public bool TryAdd(Delivery delivery)
    {
        lock (_gate)
        {
            return _deliveries.TryAdd(delivery.Entry, delivery);
        }
    }

    /// <summary>Returns how many there were before.</summary>
    public int Remove(Delivery delivery)
    {
        lock (_gate)
        {
            var count = _deliveries.Count;
            _deliveries.Remove(delivery.Entry);
            return count;
        }
    }
}
