using System.Net;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>A web page must not reach a gateway on its visitor's machine by pointing a name of its own at 127.0.0.1 (DNS rebinding): on loopback only loopback names are
/// answered, and a page's origin must be local or ours.</summary>
static class LocalOrigins
{
    public static void UseLocalOrigins(this IApplicationBuilder app) => app.Use((context, next) => IsAllowed(context) ? next(context) : TypedResults.Problem(
        $"Requests for the host '{context.Request.Host}' from the origin '{context.Request.Headers.Origin}' are not answered here.", statusCode: 403, extensions: new Dictionary<string, object?> { ["code"] = "foreign_origin" }).ExecuteAsync(context));

    static bool IsAllowed(HttpContext context)
    {
        if (context.Connection.LocalIpAddress is { } address && IPAddress.IsLoopback(address) && !IsLoopback(context.Request.Host.Host))
        {
            return false;
        }

        var origin = context.Request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && (IsLoopback(page.Host) || page.Authority == context.Request.Host.Value));
    }

    static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
