using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Agent.Resp;

/// <summary>TLS on an open connection; a certificate that is refused is refused with the reason and the setting that could change it.</summary>
static class RespTls
{
    public static async Task<Stream> SecureAsync(Stream stream, RespOptions options, DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        var host = options.TlsHost ?? endpoint.Host;
        string? refusal = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, chain, errors) =>
        {
            refusal = Refusal(certificate as X509Certificate2, chain, errors, host);
            return refusal is null;
        });
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = Policy(options.TrustedIssuer) }, cancellationToken);
            return tls;
        }
        catch (AuthenticationException error) when (refusal is not null)
        {
            throw new AuthenticationException(refusal, error);
        }
    }

    static X509ChainPolicy? Policy(string? trustedIssuer)
    {
        if (trustedIssuer is null)
        {
            return null;
        }

        // An authority of one's own publishes no lists of what it took back.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(trustedIssuer);
        return policy;
    }

    static string? Refusal(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string host) => errors switch
    {
        SslPolicyErrors.None => null,
        _ when certificate is null => "it has no certificate.",
        SslPolicyErrors.RemoteCertificateNameMismatch => $"its certificate is for {Names(certificate)}, not for {host}. Name the server as its certificate does, or set sslHost.",
        _ => $"its certificate ({certificate.Subject}, issued by {certificate.Issuer}) is not trusted: {string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? [])}. trustIssuer=/path/ca.pem names whom to trust.",
    };

    static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }
}
