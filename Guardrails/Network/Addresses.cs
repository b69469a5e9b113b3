using System.Net;
using System.Net.Sockets;

namespace Agent.Guardrails.Network;

/// <summary>Which addresses lie in the public internet. Everything else is refused unless a rule names its block.</summary>
public static class Addresses
{
    // IANA special-purpose registries (RFC 6890 and successors).
    static readonly (IPNetwork Network, string Name)[] Special =
    [
        (IPNetwork.Parse("169.254.169.254/32"), "the cloud metadata address"),
        (IPNetwork.Parse("169.254.170.2/32"), "the container metadata address"),
        (IPNetwork.Parse("100.100.100.200/32"), "the cloud metadata address"),
        (IPNetwork.Parse("192.0.0.192/32"), "the cloud metadata address"),
        (IPNetwork.Parse("168.63.129.16/32"), "a cloud platform address"),
        (IPNetwork.Parse("0.0.0.0/8"), "this host"),
        (IPNetwork.Parse("10.0.0.0/8"), "a private address"),
        (IPNetwork.Parse("100.64.0.0/10"), "a carrier-grade NAT address"),
        (IPNetwork.Parse("127.0.0.0/8"), "a loopback address"),
        (IPNetwork.Parse("169.254.0.0/16"), "a link-local address"),
        (IPNetwork.Parse("172.16.0.0/12"), "a private address"),
        (IPNetwork.Parse("192.0.0.0/24"), "a protocol assignment"),
        (IPNetwork.Parse("192.0.2.0/24"), "a documentation address"),
        (IPNetwork.Parse("192.88.99.0/24"), "a relay address"),
        (IPNetwork.Parse("192.168.0.0/16"), "a private address"),
        (IPNetwork.Parse("198.18.0.0/15"), "a benchmarking address"),
        (IPNetwork.Parse("198.51.100.0/24"), "a documentation address"),
        (IPNetwork.Parse("203.0.113.0/24"), "a documentation address"),
        (IPNetwork.Parse("224.0.0.0/4"), "a multicast address"),
        (IPNetwork.Parse("240.0.0.0/4"), "a reserved address"),
    ];

    // Only 2000::/3 is global unicast; these lie in it and are not public.
    static readonly (IPNetwork Network, string Name)[] SpecialV6 =
    [
        (IPNetwork.Parse("::1/128"), "a loopback address"),
        (IPNetwork.Parse("::/128"), "this host"),
        (IPNetwork.Parse("fe80::/10"), "a link-local address"),
        (IPNetwork.Parse("fc00::/7"), "a private address"),
        (IPNetwork.Parse("ff00::/8"), "a multicast address"),
        (IPNetwork.Parse("2001::/23"), "a protocol assignment"),
        (IPNetwork.Parse("2001:db8::/32"), "a documentation address"),
        (IPNetwork.Parse("3fff::/20"), "a documentation address"),
    ];

    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Null for a public address, else what it is.</summary>
    public static string? WhyNotPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return NameIn(Special, address);
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return NameIn(Special, address.MapToIPv4()) ?? "an IPv4 address written as IPv6";
        }

        var bytes = address.GetAddressBytes();
        if (Nat64.Contains(address))
        {
            return NameIn(Special, new IPAddress(bytes.AsSpan(12, 4)));
        }

        if (SixToFour.Contains(address))
        {
            return NameIn(Special, new IPAddress(bytes.AsSpan(2, 4))) ?? "a 6to4 address";
        }

        return NameIn(SpecialV6, address) ?? (GlobalUnicast.Contains(address) ? null : "a reserved address");
    }

    static string? NameIn((IPNetwork Network, string Name)[] blocks, IPAddress address)
    {
        foreach (var (network, name) in blocks)
        {
            if (network.Contains(address))
            {
                return name;
            }
        }

        return null;
    }
}
