using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>The name under which an endpoint's tool is offered to models: <c>&lt;endpoint&gt;__&lt;tool&gt;</c>, at most 64 of <c>[A-Za-z0-9_-]</c>, the widest form all model servers take.
/// An endpoint's name has no <c>__</c>, so the first one parts the two. A tool name that is too long or has other characters is cut and closed with a digest of the whole
/// (<c>docs__resources_read_x1f0c…</c>); plain names that look so are coded as well, so that the two kinds never meet. The catalogue leads a coded name back.</summary>
static partial class FederatedName
{
    public const int Longest = 64;
    const string Separator = "__";
    const int DigestDigits = 16;

    public static string Of(string endpoint, string tool)
    {
        var plain = endpoint + Separator + tool;
        if (plain.Length <= Longest && PlainTool().IsMatch(tool) && !CodedTool().IsMatch(tool))
        {
            return plain;
        }

        var digest = "_x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tool)))[..DigestDigits];
        var room = Longest - endpoint.Length - Separator.Length - digest.Length;
        var readable = Unusable().Replace(tool, "_");
        return endpoint + Separator + (readable.Length > room ? readable[..room] : readable) + digest;
    }

    /// <summary>The endpoint's part and the tool's part; the latter may be coded.</summary>
    public static (string Endpoint, string Tool)? Split(string name)
    {
        var at = name.IndexOf(Separator, StringComparison.Ordinal);
        return at > 0 && at + Separator.Length < name.Length ? (name[..at], name[(at + Separator.Length)..]) : null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+$", RegexOptions.None, 1000)]
    private static partial Regex PlainTool();

    [GeneratedRegex("_x[0-9a-f]{16}$", RegexOptions.None, 1000)]
    private static partial Regex CodedTool();

    [GeneratedRegex("[^A-Za-z0-9_-]", RegexOptions.None, 1000)]
    private static partial Regex Unusable();
}
