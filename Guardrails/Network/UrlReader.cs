using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agent.Guardrails.Network;

/// <summary>Reads a URL strictly: whatever two readers could read as two hosts is a problem, not a guess.</summary>
static class UrlReader
{
    static readonly string[] SpecialSuffixes =
        [".localhost", ".local", ".localdomain", ".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".home.arpa", ".arpa", ".onion", ".test", ".invalid", ".example", ".svc", ".consul"];

    static readonly SearchValues<char> Unwritable = SearchValues.Create(" \t\r\n\\<>\"`{}|^");

    public static UrlParts Read(string url)
    {
        if (Paths.Oddities.HiddenCharacter(url) is { } hidden)
        {
            return UrlParts.Bad(hidden);
        }

        if (url.AsSpan().IndexOfAny(Unwritable) >= 0)
        {
            return UrlParts.Bad("it holds a character that must be written with a percent sign");
        }

        var colon = url.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0)
        {
            return UrlParts.Bad("it has no scheme; write https://host/path");
        }

        var scheme = url[..colon].ToLowerInvariant();
        if (scheme is not ("http" or "https"))
        {
            return UrlParts.Bad($"the scheme `{scheme}` is not http or https");
        }

        var rest = url.AsSpan(colon + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        var authority = (end < 0 ? rest : rest[..end]).ToString();
        if (authority.Contains('@'))
        {
            return UrlParts.Bad("it carries a user name before the host, which hides where it goes");
        }

        return ReadAuthority(scheme, authority);
    }

    static UrlParts ReadAuthority(string scheme, string authority)
    {
        var host = authority;
        var port = scheme == "https" ? 443 : 80;
        var close = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) : 0;
        if (close < 0)
        {
            return UrlParts.Bad("the IPv6 address has no closing bracket");
        }

        var colon = authority.IndexOf(':', close);
        if (colon >= 0)
        {
            host = authority[..colon];
            var text = authority[(colon + 1)..];
            if (text.Length is 0 or > 5 || !text.All(char.IsAsciiDigit) || !int.TryParse(text, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535)
            {
                return UrlParts.Bad($"`{text}` is not a port");
            }
        }

        return host.StartsWith('[') ? ReadV6(scheme, host, port) : ReadName(scheme, host, port);
    }

    static UrlParts ReadV6(string scheme, string host, int port)
    {
        var inner = host.EndsWith(']') ? host[1..^1] : "";
        if (inner.Contains('%') || !IPAddress.TryParse(inner, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return UrlParts.Bad("what stands in brackets is not an IPv6 address");
        }

        return new UrlParts(scheme, inner.ToLowerInvariant(), address, port, IsSpecialName: false, null);
    }

    static UrlParts ReadName(string scheme, string text, int port)
    {
        var host = text.EndsWith('.') ? text[..^1] : text;
        if (host.Length is 0 or > 253)
        {
            return UrlParts.Bad("it has no host");
        }

        if (!host.All(char.IsAscii))
        {
            return UrlParts.Bad("the host holds letters outside ASCII, which may look like others; write its xn-- form");
        }

        host = host.ToLowerInvariant();
        var labels = host.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > 63 || label.StartsWith('-') || label.EndsWith('-') || !label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            {
                return UrlParts.Bad($"`{text}` is not a host name");
            }
        }

        // A last label that is a number makes the whole an IPv4 address for every reader; only the plain form is taken.
        if (IsNumber(labels[^1]))
        {
            return IsPlainV4(labels) && IPAddress.TryParse(host, out var address)
                ? new UrlParts(scheme, host, address, port, IsSpecialName: false, null)
                : UrlParts.Bad("the host is an IPv4 address in an unusual notation");
        }

        var special = labels.Length == 1 || SpecialSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.Ordinal));
        return new UrlParts(scheme, host, null, port, special, null);
    }

    static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.Ordinal) && label[2..].All(char.IsAsciiHexDigit));

    static bool IsPlainV4(string[] labels) =>
        labels.Length == 4 && labels.All(label => label.Length is > 0 and <= 3 && label.All(char.IsAsciiDigit) && (label.Length == 1 || label[0] != '0') && int.Parse(label, CultureInfo.InvariantCulture) <= 255);
}

/// <summary>The parts of a URL that rules look at.</summary>
/// <param name="Host">Lower case, without a trailing dot.</param>
/// <param name="IsSpecialName">A name that is never public: one label, or below <c>.local</c>, <c>.internal</c> and the like.</param>
/// <param name="Problem">Why it can not be judged; null if it can.</param>
readonly record struct UrlParts(string Scheme, string Host, IPAddress? Address, int Port, bool IsSpecialName, string? Problem)
{
    public static UrlParts Bad(string problem) => new("", "", null, 0, false, problem);
}
