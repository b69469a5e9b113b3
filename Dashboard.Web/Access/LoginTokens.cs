using System.Security.Cryptography;
using Agent.Resp;
using Microsoft.Extensions.Options;

namespace Agent.Dashboard.Web.Access;

/// <summary>The one-time token of the login link. That it was used is kept in the store, so that a restarted door does not take it again.</summary>
sealed class LoginTokens(IOptions<AccessOptions> options, RespConnection store)
{
    static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    public async Task<bool> TryUseAsync(string presented, CancellationToken cancellationToken)
    {
        var digest = AccessOptions.Digest(presented);
        if (options.Value.LoginToken is not { } expected || !CryptographicOperations.FixedTimeEquals(expected, digest))
        {
            return false;
        }

        var first = await store.ExecuteAsync(
            RespCommand.Of("SET", "door:login-used:" + Convert.ToHexStringLower(digest), "1", "NX", "EX", (long)Remembered.TotalSeconds), cancellationToken);
        return !first.IsNull;
    }
}
