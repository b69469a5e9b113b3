using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace Agent.Dashboard.Web.Access;

/// <summary>Signing in to the console and out of it.</summary>
static class AccessEndpoints
{
    public static void MapAccess(this IEndpointRouteBuilder app)
    {
        var access = app.MapGroup("").ExcludeFromDescription();

        access.MapGet("/login", Login);

        // Nobody is signed in yet, so there is no token to ask for; that the form is our own page's is seen from its origin.
        access.MapPost("/login", LoginWithKey).DisableAntiforgery();
        access.MapPost("/logout", Logout);
    }

    static async Task<IResult> Login(string? token, LoginTokens tokens, IAntiforgery antiforgery, HttpContext context, CancellationToken cancellationToken)
    {
        if (context.User.Identity is { IsAuthenticated: true })
        {
            return PlainPage.Welcome();
        }

        if (token is null)
        {
            return PlainPage.Refused("Sign in", 401);
        }

        if (!await tokens.TryUseAsync(token, cancellationToken))
        {
            return PlainPage.Refused("This login link is used up or not one of this suite's", 401);
        }

        return await SignInAsync(context, antiforgery, Permissions.Identity(AccessSetup.CookieScheme, "local", [Role.Admin]));
    }

    static async Task<IResult> LoginWithKey([FromForm] string? key, ApiKeys keys, IAntiforgery antiforgery, HttpContext context, CancellationToken cancellationToken) =>
        key is { Length: > 0 } && await keys.FindAsync(key.Trim(), cancellationToken) is { } known
            ? await SignInAsync(context, antiforgery, Permissions.Identity(AccessSetup.CookieScheme, known))
            : PlainPage.Refused("This key is not one of this door's", 401);

    static async Task<IResult> SignInAsync(HttpContext context, IAntiforgery antiforgery, ClaimsIdentity identity)
    {
        await context.SignInAsync(AccessSetup.CookieScheme, new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
        // Now, while there is one request: pages opened side by side would each set a cookie, and all forms but the last one's be refused.
        antiforgery.GetAndStoreTokens(context);
        return PlainPage.Welcome();
    }

    static async Task<IResult> Logout([FromForm] string? from, HttpContext context)
    {
        await context.SignOutAsync(AccessSetup.CookieScheme);
        return TypedResults.LocalRedirect("/login");
    }
}
