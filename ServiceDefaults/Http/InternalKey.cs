using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults.Http;

/// <summary>Services know each other by a key that the host gives to all of them. Without one configured nobody gets in.</summary>
public static class InternalKey
{
    public const string Header = "X-Agent-Key";

    public const string Setting = "AGENT_INTERNAL_KEY";

    static readonly string[] OpenPaths = ["/health", "/alive", "/metrics"];

    /// <summary>Demands the key for everything but health and metrics.</summary>
    public static IApplicationBuilder UseInternalKey(this IApplicationBuilder app)
    {
        var configuration = app.ApplicationServices.GetRequiredService<IConfiguration>();
        return app.Use((context, next) => IsOpen(context.Request.Path) || Holds(configuration[Setting], context.Request.Headers[Header])
            ? next(context)
            : TypedResults.Problem(
                $"This address is for the suite's own services: it wants the header {Header}. People and programs use the door (dashboard-web).",
                statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context));
    }

    static bool IsOpen(PathString path) => Array.Exists(OpenPaths, open => path.Equals(open, StringComparison.Ordinal));

    static bool Holds(string? wanted, string? given) =>
        wanted is { Length: > 0 } && given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(wanted), Encoding.UTF8.GetBytes(given));
}
