using Agent.Contracts;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools.Http;

/// <summary>A request as a model asked for it.</summary>
sealed record WebRequest(string Method, Uri Url, IReadOnlyDictionary<string, string> Headers, string? Body, TimeSpan Timeout)
{
    // These say where a message goes or ends; the connection sets them.
    static readonly string[] OwnHeaders = ["host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect", "keep-alive", "idempotency-key"];

    public static WebRequest Read(ToolArguments arguments, string method, string? body)
    {
        var text = arguments.Text("url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            throw ToolArguments.Refused("The argument 'url' must be an absolute URL with http or https.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw ToolArguments.Refused("The argument 'url' must not hold a user name or password.");
        }

        var headers = arguments.TextMap("headers");
        if (headers.Keys.FirstOrDefault(name => OwnHeaders.Contains(name.ToLowerInvariant()) || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase)) is { } own)
        {
            throw ToolArguments.Refused($"The header '{own}' is not the caller's to set.");
        }

        return new WebRequest(method, url, headers, body, TimeSpan.FromSeconds(arguments.Number("timeout_seconds", otherwise: 30, least: 1, most: 300)));
    }

    public PreparedCall Prepare(ToolArguments arguments, EffectClass effect, WebExchange web) =>
        new(arguments.Normalised, effect, (context, cancellationToken) => web.SendAsync(this, effect, context, cancellationToken))
        {
            Url = new UrlAccess(Method, Url.OriginalString),
            ActsElsewhere = true,
            Timeout = Timeout,
        };
}
