using System.Net.Http.Headers;
using System.Text;
using Agent.Guardrails;
using Agent.Journal.Webhooks;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Http;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Webhooks;

/// <summary>Makes one try. The name is resolved, network policy judges the URL with every address, and the connection goes to one of these and nowhere else; redirects are not followed.
/// Where policy asks a person about such a request, the one who added the webhook was that person.</summary>
sealed class WebhookSender(INameResolver names, CurrentBundle bundle, IOptions<WebhookOptions> options, TimeProvider time)
{
    // Judged as the same request by a tool would be.
    const string AsTool = "http_request";

    public async Task<WebhookTry> SendAsync(Webhook hook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await SendAsync(hook, delivery, new Uri(hook.Url), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookTry(null, $"No answer within {options.Value.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException failure)
        {
            return new WebhookTry(null, $"It could not be reached: {failure.Message}");
        }
    }

    async Task<WebhookTry> SendAsync(Webhook hook, WebhookDelivery delivery, Uri url, CancellationToken cancellationToken)
    {
        var addresses = await names.ResolveAsync(url.IdnHost, cancellationToken);
        if (addresses.Count == 0)
        {
            return new WebhookTry(null, $"There is no host {url.IdnHost}.");
        }

        if (Refusal(hook, [.. addresses.Select(address => address.ToString())]) is { } refusal)
        {
            return new WebhookTry(null, refusal);
        }

        using var handler = PinnedHandler.For(addresses);
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(delivery.Body!, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")) };
        request.Headers.TryAddWithoutValidation("User-Agent", "agent-suite");
        request.Headers.TryAddWithoutValidation("Agent-Event", delivery.Event);
        request.Headers.TryAddWithoutValidation("Agent-Delivery", delivery.Id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Of(hook.Secret, time.GetUtcNow(), delivery.Body!));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new WebhookTry((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : $"It answered {(int)answer.StatusCode}.");
    }

    string? Refusal(Webhook hook, IReadOnlyList<string> addresses)
    {
        if (bundle.Value is not { } rules)
        {
            return "No policy bundle is in force here, so nothing is sent.";
        }

        var decision = rules.Decide(new ToolRequest
        {
            Tool = AsTool,
            Effect = EffectStrength.Irreversible,
            ArgumentsJson = "{}",
            WorkspaceRoot = "/",
            Principal = hook.Principal,
            Url = new UrlAccess("POST", hook.Url, addresses),
            At = time.GetUtcNow(),
        });
        return decision.Ruling == Ruling.Deny ? $"Closed by rule '{decision.Rule}': {decision.Reason}" : null;
    }
}
