using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Agent.Llm.OpenAi;

/// <summary>A model behind the Responses API. Written on HTTP and JSON: the SDK's types for it are experimental and renamed often. Nothing is kept on the server (<c>store: false</c>).</summary>
sealed class ResponsesApiClient(ModelServer server, HttpClient http) : IChatClient
{
    volatile bool _plainAnswers;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var sent = messages.ToList();
        try
        {
            return await AskAsync(sent, options, cancellationToken);
        }
        catch (ModelRefusedException refused) when (refused.Kind == RefusalKind.ResponseFormat && !_plainAnswers)
        {
            // Remembered: callers read JSON out of plain text as well.
            _plainAnswers = true;
            return await AskAsync(sent, options, cancellationToken);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var limit = Limit(cancellationToken);
        using var response = await OpenAsync([.. messages], options, limit.Token, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
        var events = SseParser.Create(body).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        await using var closing = events.ConfigureAwait(false);
        var any = false;
        while (await NextAsync(events, cancellationToken))
        {
            if (Json(events.Current.Data) is not { } happened)
            {
                continue;
            }

            any = true;
            switch (happened.GetProperty("type").GetString())
            {
                case "response.output_text.delta":
                    yield return new ChatResponseUpdate(ChatRole.Assistant, happened.GetProperty("delta").GetString()) { ModelId = server.Model };
                    break;
                case "response.completed" or "response.incomplete" or "response.failed":
                    var whole = ResponsesReply.Read(happened.GetProperty("response"), server);
                    var rest = whole.Messages[0].Contents.Where(content => content is not TextContent).ToList();
                    if (whole.Usage is { } usage)
                    {
                        rest.Add(new UsageContent(usage));
                    }

                    yield return new ChatResponseUpdate(ChatRole.Assistant, rest) { FinishReason = whole.FinishReason, ModelId = whole.ModelId, ResponseId = whole.ResponseId };
                    yield break;
                case "error":
                    throw ServerErrors.OfStatus(500, ServerErrors.TextOf(events.Current.Data), null, server);
            }
        }

        throw any
            ? new ModelUnavailableException($"{server} broke off in the middle of its answer.")
            : new ModelRefusedException($"{server} answered a streamed request without a single event: it does not speak this API.", RefusalKind.Api);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", server.BaseUrl, server.Model) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    async Task<ChatResponse> AskAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var limit = Limit(cancellationToken);
        using var response = await SendAsync(messages, options, stream: false, limit.Token, cancellationToken);
        try
        {
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            return Json(text) is { } json && json.TryGetProperty("output", out _)
                ? ResponsesReply.Read(json, server)
                : throw ServerErrors.OfStatus(400, ServerErrors.TextOf(text), null, server);
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, server, cancellationToken) is not null)
        {
            throw ServerErrors.Explain(failure, server, cancellationToken)!;
        }
    }

    async Task<HttpResponseMessage> OpenAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(messages, options, stream: true, limit, cancellationToken);
        }
        catch (ModelRefusedException refused) when (refused.Kind == RefusalKind.ResponseFormat && !_plainAnswers)
        {
            _plainAnswers = true;
            return await SendAsync(messages, options, stream: true, limit, cancellationToken);
        }
    }

    async Task<HttpResponseMessage> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, CancellationToken limit, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Route("responses"))
            {
                Content = new StringContent(ResponsesRequest.Of(messages, options, server, stream, _plainAnswers).ToJsonString(), Encoding.UTF8, "application/json"),
            };
            server.Authorize(request);
            response = await http.SendAsync(request, stream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, limit);
            if (!response.IsSuccessStatusCode)
            {
                throw ServerErrors.OfStatus((int)response.StatusCode, ServerErrors.TextOf(await response.Content.ReadAsStringAsync(limit)), RetryAfter(response), server);
            }

            if (stream && response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                var said = ServerErrors.TextOf(await response.Content.ReadAsStringAsync(limit));
                throw new ModelRefusedException($"{server} did not answer with a stream: {said}", RefusalKind.Api);
            }

            return response;
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, server, cancellationToken) is not null)
        {
            response?.Dispose();
            throw ServerErrors.Explain(failure, server, cancellationToken)!;
        }
    }

    async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, server, cancellationToken) is not null)
        {
            throw ServerErrors.Explain(failure, server, cancellationToken)!;
        }
    }

    CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(server.Timeout);
        return limit;
    }

    static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > TimeProvider.System.GetUtcNow() => date - TimeProvider.System.GetUtcNow(),
        _ => null,
    };

    static JsonElement? Json(string text)
    {
        try
        {
            var json = JsonDocument.Parse(text).RootElement;
            return json.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
