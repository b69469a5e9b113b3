using System.Net;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.ServiceDefaults.Http;

namespace Agent.Executor.Service.Tools.Http;

/// <summary>One exchange with the web. A name is resolved once, the addresses are judged, and the connection goes to one of them and nowhere else; each redirect starts anew.</summary>
sealed class WebExchange(INameResolver names)
{
    const int MaxRedirects = 5;
    const int MaxBodyBytes = 2 * 1024 * 1024;

    public async Task<ToolResult> SendAsync(WebRequest request, EffectClass effect, ToolContext context, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var response = await SendOnceAsync(request, effect, context, cancellationToken);
            if (Next(request, response) is not { } next)
            {
                return await AnswerAsync(request, response, cancellationToken);
            }

            if (redirects == MaxRedirects)
            {
                throw new ToolFailedException($"More than {MaxRedirects} redirects; the last one led to {next.Url.Host}.");
            }

            request = next;
        }
    }

    async Task<HttpResponseMessage> SendOnceAsync(WebRequest request, EffectClass effect, ToolContext context, CancellationToken cancellationToken)
    {
        var addresses = await names.ResolveAsync(request.Url.IdnHost, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new ToolFailedException($"There is no host {request.Url.IdnHost}.");
        }

        if (context.UrlRefusal(new UrlAccess(request.Method, request.Url.OriginalString, [.. addresses.Select(address => address.ToString())])) is { } refusal)
        {
            throw new ToolFailedException($"{request.Method} {request.Url.Host} is {refusal}");
        }

        // The handler is the connection's: nothing is kept that a later call could reuse with other addresses.
        using var handler = PinnedHandler.For(addresses);
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var message = Message(request, effect, context);
        try
        {
            var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await response.Content.LoadIntoBufferAsync(MaxBodyBytes, cancellationToken);
            return response;
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new ToolFailedException($"The answer of {request.Url.Host} is larger than {MaxBodyBytes / (1024 * 1024)} MiB.");
        }
        catch (HttpRequestException failure) when (effect == EffectClass.Pure || !SentRequest.MayHaveArrived(failure))
        {
            throw new ToolFailedException($"{request.Url.Host} could not be reached: {failure.Message}");
        }
        catch (HttpRequestException failure)
        {
            throw new ToolUncertainException($"The connection to {request.Url.Host} was lost before an answer came: {failure.Message}");
        }
    }

    static HttpRequestMessage Message(WebRequest request, EffectClass effect, ToolContext context)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url);
        if (request.Body is { } body)
        {
            message.Content = new StringContent(body, Encoding.UTF8);
        }

        message.Headers.TryAddWithoutValidation("User-Agent", "agent-suite");
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
            {
                message.Content?.Headers.Remove(name);
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                message.Headers.Remove(name);
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (effect != EffectClass.Pure)
        {
            message.Headers.TryAddWithoutValidation("Idempotency-Key", context.ActionKey);
        }

        return message;
    }

    // What is sent on to another host leaves the caller's headers behind: they may hold a key.
    static WebRequest? Next(WebRequest request, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
        {
            return null;
        }

        var url = new Uri(request.Url, location);
        if (url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            throw new ToolFailedException($"{request.Url.Host} redirects to an address that is not taken.");
        }

        var becomesGet = (int)response.StatusCode == 303 || ((int)response.StatusCode < 303 && request.Method == "POST");
        var sameOrigin = url.Scheme == request.Url.Scheme && url.Authority == request.Url.Authority;
        return request with
        {
            Url = url,
            Method = becomesGet && request.Method != "HEAD" ? "GET" : request.Method,
            Body = becomesGet ? null : request.Body,
            Headers = sameOrigin ? request.Headers : new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    static async Task<ToolResult> AnswerAsync(WebRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        var text = Workspaces.FileText.IsBinary(body) ? $"[{body.Length} bytes, not text]" : Workspaces.FileText.Display(body);
        var whole = Json(request, response.StatusCode, type, text);
        var shown = whole;
        for (var bytes = 12 * 1024; OutputBound.IsTooLong(shown) && bytes >= 64; bytes /= 2)
        {
            shown = Json(request, response.StatusCode, type, OutputBound.HeadAndTail(text, bytes));
        }

        return new ToolResult(whole, Shown: shown);
    }

    static string Json(WebRequest request, HttpStatusCode status, string type, string body) =>
        JsonSerializer.Serialize(new { Status = (int)status, Url = request.Url.AbsoluteUri, ContentType = type, Body = body }, ContractJson.Options);
}
