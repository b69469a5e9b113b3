using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Agent.Dashboard.Web.Access;

/// <summary>All API keys: those the door was started with, compared in constant time, and those added since.</summary>
sealed class ApiKeys(IOptions<AccessOptions> options, StoredKeys stored)
{
    public ValueTask<ApiKey?> FindAsync(string presented, CancellationToken cancellationToken) => FindAsync(AccessOptions.Digest(presented), cancellationToken);

    public async ValueTask<ApiKey?> FindAsync(byte[] digest, CancellationToken cancellationToken)
    {
        ApiKey? found = null;
        foreach (var key in options.Value.Keys)
        {
            // All are looked at, so that the time says nothing about which one matched.
            found = CryptographicOperations.FixedTimeEquals(key.Sha256, digest) ? key : found;
        }

        return found ?? await stored.FindAsync(digest, cancellationToken);
    }

    /// <summary>Whether the name is somebody's already.</summary>
    public async Task<bool> IsTakenAsync(string name, CancellationToken cancellationToken) =>
        options.Value.Keys.Exists(key => Same(key.Name, name)) || (await stored.ListAsync(cancellationToken)).Any(key => Same(key.Name, name));

    static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
