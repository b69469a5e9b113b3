using System.Net;

namespace Agent.Resp.Clusters;

/// <summary>Which node serves which slot. Replaced as a whole; what one MOVED says is put in at once.</summary>
sealed class ClusterMap
{
    readonly DnsEndPoint?[] _owners = new DnsEndPoint?[HashSlot.Count];

    public DnsEndPoint? Owner(int slot) => Volatile.Read(ref _owners[slot]);

    /// <returns>True when that is news.</returns>
    public bool Put(int slot, DnsEndPoint owner) => !owner.Equals(Interlocked.Exchange(ref _owners[slot], owner));

    /// <summary>Takes in what CLUSTER SLOTS answered: <c>[[first, last, [host, port, …], replicas…], …]</c>.</summary>
    /// <param name="host">Of the node that answered; it may leave its own out.</param>
    /// <returns>True when a slot has another owner than before.</returns>
    public bool Take(RespValue slots, string host)
    {
        var changed = false;
        foreach (var range in slots.AsArray().Select(range => range.AsArray()))
        {
            var node = range[2].AsArray();
            var owner = new DnsEndPoint(node[0].AsString() is { Length: > 0 } named ? named : host, (int)node[1].AsInt64());
            for (var slot = range[0].AsInt64(); slot <= range[1].AsInt64(); slot++)
            {
                changed |= Put((int)slot, owner);
            }
        }

        return changed;
    }
}
