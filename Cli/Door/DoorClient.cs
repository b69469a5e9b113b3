using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Cli.Door;

/// <summary>The door's HTTP API.</summary>
sealed class DoorClient : IDisposable
{
    readonly DoorAddress _address;
    readonly HttpClient _http;

    public DoorClient(DoorAddress address)
    {
        _address = address;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = address.Url, Timeout = TimeSpan.FromSeconds(100) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", address.Key);
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    public Uri Url => _address.Url;

    public async Task<RunAccepted> SubmitAsync(WantedRun wanted, string idempotencyKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(wanted, options: ContractJson.Options) };
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await SendAsync<RunAccepted>(request, cancellationToken);
    }

    public Task<RunView> RunAsync(Guid runId, CancellationToken cancellationToken) => GetAsync<RunView>($"runs/{runId}", cancellationToken);

    public Task<RunList> RunsAsync(string? state, int limit, CancellationToken cancellationToken) =>
        GetAsync<RunList>($"runs?limit={limit}{(state is null ? "" : "&state=" + Uri.EscapeDataString(state))}", cancellationToken);

    public Task<ChainView> VerifyAsync(Guid runId, CancellationToken cancellationToken) => GetAsync<ChainView>($"runs/{runId}/verify", cancellationToken);

    public async Task ActAsync(Guid runId, string verb, string? comment, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"runs/{runId}/{verb}") { Content = JsonContent.Create(new { comment }, options: ContractJson.Options) };
        await SendAsync<JsonElement>(request, cancellationToken);
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync<T>(request, cancellationToken);
    }

    /// <summary>An answer that is lines of text.</summary>
    public async Task<string> TextAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, (content, stop) => content.ReadAsStringAsync(stop), cancellationToken);
    }

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        await SendAsync<JsonElement>(request, cancellationToken);
    }

    public async Task<T> PostAsync<T>(string path, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: ContractJson.Options) };
        return await SendAsync<T>(request, cancellationToken);
    }

    /// <summary>For verbs that answer nothing.</summary>
    public async Task PostAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        await SendAsync<JsonElement>(request, cancellationToken);
    }

    /// <summary>Sequences of new journal entries after <paramref name="after"/>, as they come; ends with the run or the connection.</summary>
    public async IAsyncEnumerable<long> FollowAsync(Guid runId, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runs/{runId}/events?after={after}");
        request.Headers.Accept.Clear();
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id:", StringComparison.Ordinal) && long.TryParse(line.AsSpan(3), out var sequence))
            {
                yield return sequence;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, async (content, stop) => (await content.ReadFromJsonAsync<T>(ContractJson.Options, stop))!, cancellationToken);

    async Task<T> SendAsync<T>(HttpRequestMessage request, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusedAsync(response, cancellationToken);
            }

            return response.StatusCode == HttpStatusCode.NoContent ? default! : await read(response.Content, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw new DoorException(ExitCode.Infrastructure, true, $"No suite answers at {_address.Url} (found in {_address.FoundIn}): {exception.Message}. Start it with `dotnet run --project AppHost`.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DoorException(ExitCode.Infrastructure, true, $"The suite at {_address.Url} gave no answer within {_http.Timeout.TotalSeconds:0} s.");
        }
        catch (JsonException)
        {
            throw new DoorException(ExitCode.Infrastructure, false, $"What answers at {_address.Url} (found in {_address.FoundIn}) is not the suite's door.");
        }
    }

    async Task<DoorException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await ReadProblemAsync(response, cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.Forbidden when problem?.Code is { } code and not "other_origin" => new DoorException(ExitCode.DeniedByPolicy, false, problem.Detail ?? "The door refuses this.", code),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new DoorException(
                ExitCode.Infrastructure, false, $"The door at {_address.Url} does not take the key from {_address.FoundIn}. {problem?.Detail}".Trim()),
            >= HttpStatusCode.InternalServerError => new DoorException(ExitCode.Infrastructure, true, problem?.Detail ?? $"The door answered {(int)response.StatusCode}."),
            _ => new DoorException(ExitCode.Usage, false, problem?.Detail ?? $"The door answered {(int)response.StatusCode} to {response.RequestMessage?.RequestUri?.PathAndQuery}.", problem?.Code),
        };
    }

    static async Task<Problem?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<Problem>(ContractJson.Options, cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    sealed record Problem(string? Detail, string? Code);
}
