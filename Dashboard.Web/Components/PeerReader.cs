using System.Net.Http.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Components;

/// <summary>What another service said, or why there is nothing to show.</summary>
sealed record PeerAnswer<T>(T? Value, string? Failure);

/// <summary>Asks the services behind the door on behalf of a page; never throws at it.</summary>
sealed class PeerReader(IHttpClientFactory clients)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task<PeerAnswer<T>> GetAsync<T>(Peer peer, string path) => AskAsync<T>(peer, (client, stop) => client.GetAsync(path, stop));

    public Task<PeerAnswer<T>> PostAsync<T>(Peer peer, string path) => AskAsync<T>(peer, (client, stop) => client.PostAsync(path, null, stop));

    /// <param name="principal">On whose behalf: the peer records it.</param>
    public Task<PeerAnswer<T>> PostAsync<T>(Peer peer, string path, object body, string principal) => AskAsync<T>(peer, async (client, stop) =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: ContractJson.Options) };
        request.Headers.TryAddWithoutValidation(Forwarder.PrincipalHeader, Uri.EscapeDataString(principal));
        return await client.SendAsync(request, stop);
    });

    async Task<PeerAnswer<T>> AskAsync<T>(Peer peer, Func<HttpClient, CancellationToken, Task<HttpResponseMessage>> ask)
    {
        var client = clients.For(peer);
        if (client.BaseAddress is null)
        {
            return new(default, $"{peer.Title} has no address here (services__{peer.Service}__http__0).");
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var response = await ask(client, patience.Token);
            if (response.IsSuccessStatusCode)
            {
                return new(await response.Content.ReadFromJsonAsync<T>(ContractJson.Options, patience.Token), null);
            }

            var problem = await response.Content.ReadAsStringAsync(patience.Token);
            return new(default, PeerProblem.Tell(peer, (int)response.StatusCode, problem));
        }
        catch (HttpRequestException unreachable)
        {
            return new(default, $"{peer.Title} does not answer ({unreachable.HttpRequestError}).");
        }
        catch (OperationCanceledException)
        {
            return new(default, $"{peer.Title} gave no answer within {Patience.TotalSeconds:0} s.");
        }
        catch (System.Text.Json.JsonException unreadable)
        {
            return new(default, $"{peer.Title} answered something this page can not read: {unreadable.Message}");
        }
    }
}

/// <summary>The words of a peer's ProblemDetails.</summary>
static class PeerProblem
{
    public static string Tell(Peer peer, int status, string body)
    {
        try
        {
            using var problem = System.Text.Json.JsonDocument.Parse(body);
            var root = problem.RootElement;
            var detail = root.TryGetProperty("detail", out var text) ? text.GetString() : null;
            var mistakes = root.TryGetProperty("mistakes", out var list) && list.ValueKind == System.Text.Json.JsonValueKind.Array
                ? "\n" + string.Join('\n', list.EnumerateArray().Select(mistake => mistake.ToString()))
                : "";
            return (detail ?? $"{peer.Title} answered {status}.") + mistakes;
        }
        catch (System.Text.Json.JsonException)
        {
            return $"{peer.Title} answered {status}.";
        }
    }
}
