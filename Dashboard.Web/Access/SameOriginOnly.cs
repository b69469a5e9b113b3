using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Access;

/// <summary>Pages of other origins get nothing with the console's cookie. SameSite does not see to that alone: to it, another port of this host is the same site,
/// and the console's socket is opened with a GET.</summary>
static class SameOriginOnly
{
    public static void UseSameOriginOnly(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Headers.Origin is [{ Length: > 0 } origin] && !context.Request.Headers.ContainsKey("Authorization") && !IsOurs(origin, context.Request.Host)
            ? Problems.Of(403, "other_origin", $"This request comes from a page of {origin}. Programs use Authorization: Bearer with an API key.").ExecuteAsync(context)
            : next(context));

    static bool IsOurs(string origin, HostString host) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
