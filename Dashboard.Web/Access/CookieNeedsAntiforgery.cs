using Agent.Dashboard.Web.Api;
using Microsoft.AspNetCore.Antiforgery;

namespace Agent.Dashboard.Web.Access;

/// <summary>A cookie is sent by the browser whoever wrote the page (also one on another port of this host, which SameSite does not tell apart),
/// so a cookie alone may look but not act. A key in a header is proof of intent by itself.</summary>
sealed class CookieNeedsAntiforgery(IAntiforgery antiforgery) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var isByCookie = http.User.Identity?.AuthenticationType == AccessSetup.CookieScheme;
        if (isByCookie && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !await antiforgery.IsRequestValidAsync(http))
        {
            return Problems.Of(400, "antiforgery", "A request with the console's cookie needs the page's antiforgery token too. Programs use Authorization: Bearer with an API key.");
        }

        return await next(context);
    }
}
