using System.Text;
using Agent.Dashboard.Web.Api;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Access;

/// <summary>Pages that stand without the console: for people who are not signed in (they get no style sheet either), and while the store is away.</summary>
static class PlainPage
{
    public static ContentHttpResult Refused(string title, int status) => Page(status, title, """
        <p>The console opens with the login link that the suite prints when it starts; each link works once.</p>
        <p>Start the suite again for a new one:</p>
        <pre>dotnet run --project AppHost</pre>
        <p>Whoever has a key of their own signs in with it:</p>
        <form method="post" action="/login"><label>Key <input type="password" name="key" autocomplete="current-password" required></label> <button type="submit">Sign in</button></form>
        """);

    /// <summary>Goes on by a page of our own: after a redirect the browser would hold back a strict same-site cookie if the link was followed from another site.</summary>
    public static ContentHttpResult Welcome() => Page(200, "Signed in", """<p><a href="/">Open the console</a></p>""", """<meta http-equiv="refresh" content="0;url=/">""");

    /// <summary>A person gets a page, a program a problem.</summary>
    public static Task RefuseAsync(HttpContext context, int status)
    {
        if (IsWanted(context))
        {
            return Refused(status == 401 ? "Sign in" : "Not allowed", status).ExecuteAsync(context);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(status, Problems.CodeFor(status), "This needs Authorization: Bearer with an API key; the suite's door.json has one. People sign in with the login link the suite prints.").ExecuteAsync(context);
    }

    /// <summary>Gives an answer that no handler wrote a body: a page for people, a problem for programs.</summary>
    public static async Task TellAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        if (IsWanted(http))
        {
            var (title, body) = status switch
            {
                404 => ("No such page", "<p>The address names nothing here.</p>"),
                400 => ("Not taken", "<p>The form was open for too long, or came from elsewhere. Go back, load the page again, and send it once more.</p>"),
                _ => ($"Answer {status}", "<p>The door could not do this. Its log says more.</p>"),
            };
            await Page(status, title, body + """<p><a href="/">Open the console</a></p>""").ExecuteAsync(http);
            return;
        }

        await http.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new ProblemDetailsContext { HttpContext = http, ProblemDetails = { Status = status } });
    }

    /// <summary>For the time the store is away; asks again by itself.</summary>
    public static ContentHttpResult TryAgain(string why) => Page(503, "One moment", $"<p>{System.Net.WebUtility.HtmlEncode(why)}</p><p>This page tries again every 3 seconds.</p>", """<meta http-equiv="refresh" content="3">""");

    /// <summary>Whether a person asks, and not a program.</summary>
    public static bool IsWanted(HttpContext context) => context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    static ContentHttpResult Page(int status, string title, string body, string head = "") => TypedResults.Content($$"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">{{head}}<title>{{title}} · Agent</title>
        <style>
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0;padding:1rem}
        main{max-width:30rem}h1{font-size:1.25rem}pre{padding:.75rem 1rem;border:1px solid #8886;border-radius:6px;overflow:auto}
        </style></head>
        <body><main><h1>{{title}}</h1>{{body}}</main></body></html>
        """, "text/html", Encoding.UTF8, status);
}
