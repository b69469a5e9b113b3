using System.Globalization;
using System.Net;

namespace Agent.Resp.Clusters;

/// <summary>What a node of a cluster answers when a key is not to be had from it.</summary>
abstract record Redirection
{
    Redirection()
    {
    }

    /// <summary>The slot belongs to another node for good.</summary>
    public sealed record Moved(int Slot, DnsEndPoint To) : Redirection;

    /// <summary>The slot is on its way, and this key is there already: ask there, once.</summary>
    public sealed record Ask(DnsEndPoint To) : Redirection;

    /// <summary>Not at this moment: keys of the command are on both sides of a move, or the cluster has no majority.</summary>
    public sealed record Later : Redirection;

    /// <summary>Null for an error of another kind.</summary>
    /// <example><c>MOVED 3999 127.0.0.1:6381</c>, <c>ASK 3999 127.0.0.1:6381</c>; without a host: the one that answered.</example>
    public static Redirection? Of(string error, string host)
    {
        var words = error.Split(' ');
        return words switch
        {
            ["MOVED", var slot, var to, ..] => new Moved(int.Parse(slot, CultureInfo.InvariantCulture), EndPoint(to, host)),
            ["ASK", _, var to, ..] => new Ask(EndPoint(to, host)),
            ["TRYAGAIN" or "CLUSTERDOWN", ..] => new Later(),
            _ => null,
        };
    }

    static DnsEndPoint EndPoint(string text, string host)
    {
        var colon = text.LastIndexOf(':');
        return new DnsEndPoint(colon > 0 ? text[..colon] : host, int.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture));
    }
}
