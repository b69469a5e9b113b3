using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;

namespace Agent.Dashboard.Web.Access;

/// <summary>Who may come in: programs by API key, people by a session cookie; nobody unknown, but to see that the door is alive and to sign in.</summary>
static class AccessSetup
{
    public const string CookieScheme = "console";

    const string AnyScheme = "door";

    static readonly string[] OpenPaths = ["/health", "/alive", "/metrics", "/login"];

    public static void ListenOnLoopbackUnlessConfigured(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls("http://127.0.0.1:7081");
        }
    }

    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<AccessOptions, AccessOptionsValidator>().Configure<IConfiguration>((options, configuration) => options.Read(configuration));
        services.AddSingleton<StoredKeys>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Permissions>();
        services.AddSingleton<LoginTokens>();
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();

        services.AddAuthentication(AnyScheme)
            .AddPolicyScheme(AnyScheme, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") ? ApiKeyHandler.Scheme : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Scheme, null)
            .AddCookie(CookieScheme, options => SetUpCookie(options, CookieSuffix(builder.Configuration)));

        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(MayEnter).Build());
        services.AddAntiforgery(options => (options.Cookie.Name, options.Cookie.SameSite, options.HeaderName) = ("agent-antiforgery" + CookieSuffix(builder.Configuration), SameSiteMode.Strict, "X-Antiforgery-Token"));
        KeepSessionsOverRestarts(builder);
        return builder;
    }

    public static string PrincipalName(this ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : throw new InvalidOperationException("The request has no principal.");

    static bool MayEnter(AuthorizationHandlerContext context) =>
        context.User.Identity is { IsAuthenticated: true }
        || (context.Resource is HttpContext http && OpenPaths.Contains(http.Request.Path.Value?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase));

    /// <summary>Browsers send a cookie to every port of a host: suites side by side need names of their own.</summary>
    static string CookieSuffix(ConfigurationManager configuration) =>
        configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? "-" + Convert.ToHexStringLower(AccessOptions.Digest(Path.GetFullPath(state)))[..8] : "";

    static void SetUpCookie(CookieAuthenticationOptions options, string suffix)
    {
        options.Cookie.Name = "agent-console" + suffix;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = RefreshAsync;
        options.Events.OnRedirectToLogin = context => PlainPage.RefuseAsync(context.HttpContext, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => PlainPage.RefuseAsync(context.HttpContext, StatusCodes.Status403Forbidden);
    }

    /// <summary>A session holds no longer than the key it rests on, and with the roles that key has now.</summary>
    static async Task RefreshAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal?.FindFirst(Permissions.KeyClaim) is not { } claim)
        {
            return;
        }

        if (await context.HttpContext.RequestServices.GetRequiredService<ApiKeys>().FindAsync(Convert.FromHexString(claim.Value), context.HttpContext.RequestAborted) is { } key)
        {
            context.ReplacePrincipal(new ClaimsPrincipal(Permissions.Identity(CookieScheme, key)));
        }
        else
        {
            context.RejectPrincipal();
        }
    }

    static void KeepSessionsOverRestarts(WebApplicationBuilder builder)
    {
        var protection = builder.Services.AddDataProtection().SetApplicationName("agent-door");
        if (builder.Configuration["AGENT_STATE_DIR"] is { Length: > 0 } state)
        {
            var keys = Path.Combine(state, "door-keys");
            if (!OperatingSystem.IsWindows())
            {
                // The keys lie there as they are; what keeps them is that only this user may look.
                Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
            }

            protection.PersistKeysToFileSystem(new DirectoryInfo(keys));
        }
    }
}
