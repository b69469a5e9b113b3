using System.Text;
using System.Text.Json;

namespace Agent.Llm.OpenAi;

/// <summary>Finds out whether a server has a route by asking for nothing (<c>{}</c>): no answer is generated, and what it says tells.</summary>
static class ApiProbe
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Whether the route is there, and what told so.</summary>
    /// <exception cref="ModelUnavailableException">The server is away, loading, or does not take the key.</exception>
    public static async Task<(bool IsThere, string Why)> LookAsync(HttpClient http, ModelServer server, string route, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Route(route)) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            server.Authorize(request);
            using var response = await http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            var status = (int)response.StatusCode;
            return status switch
            {
                404 or 405 or 501 => (false, $"{status}"),
                401 or 403 or 429 or >= 500 => throw ServerErrors.OfStatus(status, ServerErrors.TextOf(text), null, server),
                >= 200 and < 300 when SaysError(text) => (false, $"{status} with an error: {ServerErrors.TextOf(text)}"),
                _ => (true, $"{status}"),
            };
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, server, cancellationToken) is not null)
        {
            throw ServerErrors.Explain(failure, server, cancellationToken)!;
        }
    }

    static bool SaysError(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        }
        catch (JsonException)
        {
            // A page, not an API.
            return true;
        }
    }
}
