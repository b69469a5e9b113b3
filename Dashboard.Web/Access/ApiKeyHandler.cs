using System.Security.Claims;
using System.Text.Encodings.Web;
using Agent.Dashboard.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Agent.Dashboard.Web.Access;

/// <summary><c>Authorization: Bearer &lt;key&gt;</c> for programs.</summary>
sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "key";

    const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        return header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && await keys.FindAsync(header[Prefix.Length..].Trim(), Context.RequestAborted) is { } key
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(Permissions.Identity(Scheme, key)), Scheme))
            : AuthenticateResult.Fail("No such key.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(401, "unauthenticated", "The key in the Authorization header is not one of this door's. The suite's door.json has the right one.").ExecuteAsync(Context);
    }
}
