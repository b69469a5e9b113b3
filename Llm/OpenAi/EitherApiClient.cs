using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Agent.Llm.OpenAi;

/// <summary>Speaks the API the server has: forced by setting, else remembered, else found out. A server that turns out not to have it is asked by the other one, and that is remembered.</summary>
sealed class EitherApiClient : IChatClient
{
    const string Chat = "chat";
    const string Responses = "responses";

    readonly ModelServer _server;
    readonly ApiMemory _memory;
    readonly HttpClient _http;
    readonly ChatCompletionsClient _chat;
    readonly ResponsesApiClient _responses;
    readonly SemaphoreSlim _finding = new(1, 1);
    volatile string? _api;

    public EitherApiClient(ModelServer server, ApiMemory memory, HttpClient http)
    {
        (_server, _memory, _http) = (server, memory, http);
        _chat = new ChatCompletionsClient(server, http);
        _responses = new ResponsesApiClient(server, http);
        _api = server.ForceChatCompletions ? Chat : null;
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var sent = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var api = await ApiAsync(cancellationToken);
        try
        {
            return await Client(api).GetResponseAsync(sent, options, cancellationToken);
        }
        catch (ModelRefusedException refused) when (refused.Kind == RefusalKind.Api && !_server.ForceChatCompletions)
        {
            var response = await Client(Other(api)).GetResponseAsync(sent, options, cancellationToken);
            Remember(Other(api), refused.Message);
            return response;
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var sent = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var api = await ApiAsync(cancellationToken);
        var updates = Client(api).GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            bool any;
            try
            {
                any = await updates.MoveNextAsync();
            }
            catch (ModelRefusedException refused) when (refused.Kind == RefusalKind.Api && !_server.ForceChatCompletions)
            {
                await updates.DisposeAsync();
                updates = Client(Other(api)).GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
                any = await updates.MoveNextAsync();
                Remember(Other(api), refused.Message);
            }

            while (any)
            {
                yield return updates.Current;
                any = await updates.MoveNextAsync();
            }
        }
        finally
        {
            await updates.DisposeAsync();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : _chat.GetService(serviceType, serviceKey);

    public void Dispose() => _finding.Dispose();

    async ValueTask<string> ApiAsync(CancellationToken cancellationToken)
    {
        if (_api is { } known)
        {
            return known;
        }

        await _finding.WaitAsync(cancellationToken);
        try
        {
            return _api ??= _memory.Find(_server)?.Api ?? await FindAsync(cancellationToken);
        }
        finally
        {
            _finding.Release();
        }
    }

    async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        // OpenAI's own host is at its best with Responses; elsewhere that is the younger half.
        var first = _server.IsOpenAi ? Responses : Chat;
        var (isThere, why) = await ApiProbe.LookAsync(_http, _server, Route(first), cancellationToken);
        if (isThere)
        {
            Remember(first, $"probe: {why}");
            return first;
        }

        var (otherIsThere, otherWhy) = await ApiProbe.LookAsync(_http, _server, Route(Other(first)), cancellationToken);
        if (!otherIsThere)
        {
            throw new ModelUnavailableException(
                $"{_server} speaks neither Chat Completions nor Responses ({Route(first)}: {why}; {Route(Other(first))}: {otherWhy}). Does OPENAI_BASE_URL end as the server wants it, often in /v1?");
        }

        Remember(Other(first), $"probe: {Route(first)} {why}, {Route(Other(first))} {otherWhy}");
        return Other(first);
    }

    void Remember(string api, string why)
    {
        _api = api;
        _memory.Note(_server, api, why);
    }

    IChatClient Client(string api) => api == Chat ? _chat : _responses;

    static string Other(string api) => api == Chat ? Responses : Chat;

    static string Route(string api) => api == Chat ? "chat/completions" : "responses";
}
