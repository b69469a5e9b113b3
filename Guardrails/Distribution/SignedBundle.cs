using System.Security.Cryptography;
using System.Text;

namespace Agent.Guardrails.Distribution;

/// <summary>A bundle on its way: <c>GET /bundles/current</c> of the policy service. Whoever enforces loads the files and takes them only if digest and signature hold.</summary>
/// <param name="Signature">ECDSA P-256 over version and digest, base64.</param>
/// <param name="KeyId">First 16 hex digits of the SHA-256 of the public key.</param>
/// <param name="Source">Directory the files came from.</param>
/// <param name="Canary">The latest trial of another bundle; signed by itself.</param>
public sealed record SignedBundle(
    string Digest, long Version, IReadOnlyDictionary<string, string> Files, string Signature, string KeyId, string Source, DateTimeOffset PublishedAt, CanaryOffer? Canary = null)
{
    /// <summary>Names bundle and trial together: whoever knows this tag knows both.</summary>
    public string TagOf() => Canary is null ? Digest : $"{Digest}.c{Canary.Number}{(Canary.Running ? "" : "e")}";

    public static SignedBundle Sign(string digest, long version, IReadOnlyDictionary<string, string> files, string source, DateTimeOffset publishedAt, ECDsa key) =>
        new(digest, version, files, Convert.ToBase64String(key.SignData(Signed(version, digest), HashAlgorithmName.SHA256)), KeyIdOf(key), source, publishedAt);

    /// <summary>The bundle, or why it can not be trusted.</summary>
    public (PolicyBundle? Bundle, string? Problem) Open(ECDsa publicKey, GuardrailSettings settings)
    {
        if (!IsSignedBy(publicKey))
        {
            return (null, $"Bundle version {Version} is not signed by the pinned key {KeyIdOf(publicKey)} (it names {KeyId}).");
        }

        var result = PolicyBundle.Load(Files, settings);
        if (result.Bundle is not { } bundle)
        {
            return (null, $"Bundle version {Version} does not load here: {result.Mistakes[0]}");
        }

        return bundle.Digest == Digest
            ? (bundle, null)
            : (null, $"Bundle version {Version} says its digest is {Digest}, but its files give {bundle.Digest}.");
    }

    public static string KeyIdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    bool IsSignedBy(ECDsa publicKey)
    {
        var signature = new byte[256];
        return Convert.TryFromBase64String(Signature, signature, out var length)
            && publicKey.VerifyData(Signed(Version, Digest), signature.AsSpan(0, length), HashAlgorithmName.SHA256);
    }

    static byte[] Signed(long version, string digest) => Encoding.UTF8.GetBytes($"agent policy bundle\n{version}\n{digest}");
}
