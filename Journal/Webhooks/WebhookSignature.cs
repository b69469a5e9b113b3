using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Agent.Journal.Webhooks;

/// <summary>Says that a message came from this suite, and when: <c>Agent-Signature: t=1767322800,v1=&lt;hex&gt;</c>, HMAC-SHA256 under the webhook's secret over <c>t</c>, a dot and the body.</summary>
public static class WebhookSignature
{
    public const string Header = "Agent-Signature";

    public static string Of(string secret, DateTimeOffset at, string body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }

    public static string NewSecret() => "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
