using System.Security.Claims;

namespace Agent.Dashboard.Web.Access;

/// <summary>What the principal of a request or session may do.</summary>
sealed class Permissions(ApiKeys keys)
{
    /// <summary>Digest of the key that a session or request rests on; absent for sessions of the login link.</summary>
    public const string KeyClaim = "agent:key";

    public static ClaimsIdentity Identity(string scheme, ApiKey key) => Identity(scheme, key.Name, key.Roles, new Claim(KeyClaim, Convert.ToHexStringLower(key.Sha256)));

    public static ClaimsIdentity Identity(string scheme, string name, IEnumerable<Role> roles, params IEnumerable<Claim> more) =>
        new([new Claim(ClaimTypes.Name, name), .. roles.Select(role => new Claim(ClaimTypes.Role, RoleNames.NameOf(role))), .. more], scheme);

    /// <summary>By the roles as they were when the principal was made: right for a request, which makes it anew.</summary>
    public static bool May(ClaimsPrincipal user, Role wanted) =>
        wanted == Role.Viewer || user.IsInRole(RoleNames.NameOf(wanted)) || user.IsInRole(RoleNames.NameOf(Role.Admin));

    /// <summary>Why not, by the roles as they are now: for pages that stay open longer than a key may hold. Null if they may.</summary>
    public async Task<string?> RefusalAsync(ClaimsPrincipal user, Role needed, CancellationToken cancellationToken)
    {
        if (user.FindFirst(KeyClaim) is { } claim)
        {
            if (await keys.FindAsync(Convert.FromHexString(claim.Value), cancellationToken) is not { } key)
            {
                return $"The key of {user.PrincipalName()} was revoked.";
            }

            user = new ClaimsPrincipal(Identity("key", key));
        }

        return May(user, needed) ? null : Tell(user, needed);
    }

    public static string Tell(ClaimsPrincipal user, Role needed) =>
        $"{user.PrincipalName()} is no {RoleNames.NameOf(needed)}. An admin gives roles with a key: agent keys add NAME --role {RoleNames.NameOf(needed)}.";
}

/// <summary>What a route asks of its caller beside being known.</summary>
sealed record NeededRole(Role Role);

/// <summary>Whoever changes something must be an operator, unless the route says otherwise; everybody may look.</summary>
sealed class RoleFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var looks = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<NeededRole>()?.Role ?? (looks ? Role.Viewer : Role.Operator);
        return Permissions.May(http.User, needed)
            ? await next(context)
            : Api.Problems.Of(403, "role_missing", Permissions.Tell(http.User, needed));
    }
}

static class NeededRoles
{
    public static TBuilder Needs<TBuilder>(this TBuilder route, Role role)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new NeededRole(role));
}
