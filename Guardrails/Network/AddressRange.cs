using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Agent.Guardrails.Network;

/// <summary>A CIDR block.</summary>
sealed record AddressRange(string Text, IPNetwork Network)
{
    public bool Contains(IPAddress address) =>
        Network.Contains(address) || (address.IsIPv4MappedToIPv6 && Network.Contains(address.MapToIPv4()));

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressRange? range)
    {
        range = IPNetwork.TryParse(text, out var network) ? new AddressRange(text, network)
            : IPAddress.TryParse(text, out var single) ? new AddressRange(text, new IPNetwork(single, single.GetAddressBytes().Length * 8))
            : null;
        return range is not null;
    }
}
