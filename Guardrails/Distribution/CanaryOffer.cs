using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Agent.Guardrails.Distribution;

/// <summary>A bundle on trial as services get it, beside the current one. Signed as a whole: whoever changes share or end of a trial is found out.</summary>
/// <param name="Number">Counts trials: a higher one has replaced the lower ones.</param>
/// <param name="Running">False: it has ended, and its runs follow the current bundle again.</param>
/// <param name="Share">Of new runs, 0 to 1.</param>
/// <param name="Bundle">Null when it has ended.</param>
/// <param name="Signature">ECDSA P-256 over all of it, base64.</param>
public sealed record CanaryOffer(long Number, bool Running, double Share, string Digest, SignedBundle? Bundle, string Signature)
{
    public static CanaryOffer Sign(long number, bool running, double share, SignedBundle bundle, ECDsa key) => new(
        number, running, share, bundle.Digest, running ? bundle : null,
        Convert.ToBase64String(key.SignData(Signed(number, running, share, bundle.Digest), HashAlgorithmName.SHA256)));

    /// <summary>The bundle (null for a trial that has ended), or why none of it can be trusted.</summary>
    public (PolicyBundle? Bundle, string? Problem) Open(ECDsa publicKey, GuardrailSettings settings)
    {
        var signature = new byte[256];
        if (!Convert.TryFromBase64String(Signature, signature, out var length) || !publicKey.VerifyData(Signed(Number, Running, Share, Digest), signature.AsSpan(0, length), HashAlgorithmName.SHA256))
        {
            return (null, $"Canary {Number} is not signed by the pinned key {SignedBundle.KeyIdOf(publicKey)}.");
        }

        if (!Running)
        {
            return (null, null);
        }

        if (Bundle?.Digest != Digest)
        {
            return (null, $"Canary {Number} is signed for the digest {Digest}, but comes with {Bundle?.Digest ?? "no bundle"}.");
        }

        var (bundle, problem) = Bundle.Open(publicKey, settings);
        return (bundle, problem is null ? null : $"Canary {Number}: {problem}");
    }

    /// <summary>Whether a new run is among the share. The same run and trial give the same answer everywhere and always.</summary>
    public static bool Includes(long number, double share, Guid runId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"canary {number} {runId:N}")));
        return BinaryPrimitives.ReadUInt64BigEndian(hash) / (ulong.MaxValue + 1.0) < share;
    }

    static byte[] Signed(long number, bool running, double share, string digest) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"agent policy canary\n{number}\n{(running ? "running" : "ended")}\n{share:R}\n{digest}"));
}
