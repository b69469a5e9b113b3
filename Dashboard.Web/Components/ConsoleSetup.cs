using Agent.Dashboard.Web.Components.Pages.Overview;
using Agent.Dashboard.Web.Components.Parts;

namespace Agent.Dashboard.Web.Components;

/// <summary>The console: pages for people.</summary>
static class ConsoleSetup
{
    public static WebApplicationBuilder AddConsole(this WebApplicationBuilder builder)
    {
        // Outside of Development too: a suite started from its sources finds style sheets and scripts where the build left them.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSingleton<PeerReader>();
        builder.Services.AddSingleton<OperatorAnswer>();
        builder.Services.AddSingleton<SuiteHealth>();
        return builder;
    }

    public static void MapConsole(this WebApplication app)
    {
        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>Who opens an address of the API in a browser means the page about it.</summary>
    public static void UsePagesForBrowsers(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && PageFor(context.Request.Path.Value ?? "") is { } page)
        {
            context.Response.Redirect(page + context.Request.QueryString);
            return;
        }

        await next(context);
    });

    public static string? PageFor(string path) => path.Trim('/').Split('/') switch
    {
        ["runs" or "mcp" or "policies" or "approvals"] => "/console" + path.TrimEnd('/'),
        ["runs", var id] when Guid.TryParse(id, out _) => "/console/runs/" + id,
        ["runs", var id, "verify"] when Guid.TryParse(id, out _) => $"/console/runs/{id}/audit",
        _ => null,
    };
}
