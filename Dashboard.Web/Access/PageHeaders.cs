namespace Agent.Dashboard.Web.Access;

/// <summary>Tells browsers to hold pages to what they are: nothing from elsewhere, no scripts but ours, in nobody's frame.</summary>
static class PageHeaders
{
    const string ContentPolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UsePageHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";

        // Not "no-referrer": with that, browsers call the origin of our own forms "null", and they would be refused.
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    });
}
