using System.ClientModel;
using System.ClientModel.Primitives;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;

namespace Agent.Llm.OpenAi;

/// <summary>A model behind the Chat Completions API of any server that speaks it.</summary>
sealed class ChatCompletionsClient : IChatClient
{
    readonly ModelServer _server;
    readonly ChatClient _client;
    volatile ChatDialect _dialect;

    public ChatCompletionsClient(ModelServer server, HttpClient http)
    {
        _server = server;
        _dialect = new ChatDialect(PlainAnswers: false, CompletionTokens: server.IsOpenAi);
        var options = new OpenAIClientOptions
        {
            Endpoint = server.Endpoint,
            NetworkTimeout = server.Timeout,
            Transport = new HttpClientPipelineTransport(http),

            // Trying again is decided in one place (Resilience), which all runs share.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        };
        if (server.HasQuery)
        {
            options.AddPolicy(new QueryPolicy(server), PipelinePosition.PerCall);
        }

        _client = new ChatClient(server.Model, new ApiKeyCredential(server.Key ?? "none"), options);
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var sent = ChatRequests.Messages(messages).ToList();
        while (true)
        {
            var dialect = _dialect;
            try
            {
                return await AskAsync(sent, options, dialect, cancellationToken);
            }
            catch (ModelRefusedException refused) when (dialect.After(refused) is { } other)
            {
                // Remembered: the next request begins with it.
                _dialect = other;
            }
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var calls = new SortedDictionary<int, StreamedCall>();
        var (stream, more) = await OpenAsync([.. ChatRequests.Messages(messages)], options, cancellationToken);
        await using var closing = stream.ConfigureAwait(false);
        FinishReason? finish = null;
        var any = more;
        for (; more; more = await NextAsync(stream, cancellationToken))
        {
            var update = stream.Current;
            foreach (var call in update.ToolCallUpdates)
            {
                if (!calls.TryGetValue(call.Index, out var known))
                {
                    calls[call.Index] = known = new StreamedCall();
                }

                known.Take(call);
            }

            finish = update.FinishReason is { } reason ? Finish(reason) : finish;
            // Written for the common case, one piece of text: a long answer has thousands.
            foreach (var part in update.ContentUpdate)
            {
                if (part.Text is { Length: > 0 } text)
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, text) { ModelId = update.Model, ResponseId = update.CompletionId, MessageId = update.CompletionId };
                }
            }

            if (update.ContentUpdate.Count == 0 && ReasoningPiece(update) is { Length: > 0 } reasoning)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(reasoning)]) { ModelId = update.Model, ResponseId = update.CompletionId, MessageId = update.CompletionId };
            }

            if (update.Usage is { } usage)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage(usage))]) { ModelId = update.Model, ResponseId = update.CompletionId, MessageId = update.CompletionId };
            }
        }

        // LM Studio answers an unknown route with 200 and JSON: the SDK then sees a stream without events.
        if (!any)
        {
            throw new ModelRefusedException($"{_server} answered a streamed request without a single event: it does not speak this API.", RefusalKind.Api);
        }

        if (finish is null)
        {
            throw new ModelUnavailableException($"{_server} broke off in the middle of its answer.");
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [.. calls.Values.Select(call => call.Content)]) { FinishReason = finish, ModelId = _server.Model };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", _server.BaseUrl, _server.Model) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    async Task<ChatResponse> AskAsync(List<OpenAI.Chat.ChatMessage> sent, ChatOptions? options, ChatDialect dialect, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _client.CompleteChatAsync(sent, ChatRequests.Options(options, dialect), cancellationToken);
            return Response(result.Value, result.GetRawResponse());
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, _server, cancellationToken) is not null)
        {
            throw ServerErrors.Explain(failure, _server, cancellationToken)!;
        }
    }

    ChatResponse Response(ChatCompletion completion, PipelineResponse raw)
    {
        using var json = JsonDocument.Parse(raw.Content);
        if (!json.RootElement.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
        {
            // A 200 that is none: what it says decides what it means.
            throw ServerErrors.OfStatus(400, ServerErrors.TextOf(raw.Content.ToString()), null, _server);
        }

        var contents = new List<AIContent>();
        if (Reasoning(choices[0]) is { Length: > 0 } reasoning)
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        var text = string.Concat(completion.Content.Select(part => part.Text));
        if (text.Length > 0 || completion.Refusal is { Length: > 0 })
        {
            contents.Add(new TextContent(text.Length > 0 ? text : completion.Refusal));
        }

        contents.AddRange(completion.ToolCalls.Select((call, index) => ToolArguments.Read(call.Id is { Length: > 0 } id ? id : $"call_{index}", call.FunctionName, call.FunctionArguments.ToString())));
        return new ChatResponse(new Microsoft.Extensions.AI.ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = completion.Id,
            ModelId = completion.Model is { Length: > 0 } model ? model : _server.Model,
            CreatedAt = completion.CreatedAt,
            FinishReason = completion.ToolCalls.Count > 0 ? FinishReason.ToolCalls : Finish(completion.FinishReason),
            Usage = completion.Usage is { } usage ? Usage(usage) : null,
        };
    }

    /// <summary>A stream, and whether it has a first event: only then the server has taken the request.</summary>
    async Task<(IAsyncEnumerator<StreamingChatCompletionUpdate> Stream, bool More)> OpenAsync(List<OpenAI.Chat.ChatMessage> sent, ChatOptions? options, CancellationToken cancellationToken)
    {
        while (true)
        {
            var dialect = _dialect;
            var stream = _client.CompleteChatStreamingAsync(sent, ChatRequests.Options(options, dialect), cancellationToken).GetAsyncEnumerator(cancellationToken);
            try
            {
                return (stream, await NextAsync(stream, cancellationToken));
            }
            catch (ModelRefusedException refused) when (dialect.After(refused) is { } other)
            {
                _dialect = other;
                await stream.DisposeAsync();
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }
        }
    }

    async ValueTask<bool> NextAsync(IAsyncEnumerator<StreamingChatCompletionUpdate> stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNextAsync();
        }
        catch (Exception failure) when (ServerErrors.Explain(failure, _server, cancellationToken) is not null)
        {
            throw ServerErrors.Explain(failure, _server, cancellationToken)!;
        }
    }

    static string? Reasoning(JsonElement choice)
    {
        if (!choice.TryGetProperty("message", out var message))
        {
            return null;
        }

        return message.TryGetProperty("reasoning_content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString()
            : message.TryGetProperty("reasoning", out var reasoning) && reasoning.ValueKind == JsonValueKind.String ? reasoning.GetString()
            : null;
    }

    // Servers give it under two names; the SDK knows neither.
    static string? ReasoningPiece(StreamingChatCompletionUpdate update) =>
        update.Patch.TryGetValue("$.choices[0].delta.reasoning_content"u8, out string? content) && content is { Length: > 0 } ? content
        : update.Patch.TryGetValue("$.choices[0].delta.reasoning"u8, out string? reasoning) ? reasoning
        : null;

    static FinishReason Finish(OpenAI.Chat.ChatFinishReason reason) => reason switch
    {
        OpenAI.Chat.ChatFinishReason.Length => FinishReason.Length,
        OpenAI.Chat.ChatFinishReason.ContentFilter => FinishReason.ContentFilter,
        OpenAI.Chat.ChatFinishReason.ToolCalls or OpenAI.Chat.ChatFinishReason.FunctionCall => FinishReason.ToolCalls,
        _ => FinishReason.Stop,
    };

    static UsageDetails Usage(ChatTokenUsage usage) => new()
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
        ReasoningTokenCount = usage.OutputTokenDetails?.ReasoningTokenCount,
    };

    /// <summary>A tool call that comes in pieces.</summary>
    sealed class StreamedCall
    {
        readonly StringBuilder _arguments = new();
        string _id = "";
        string _name = "";

        public FunctionCallContent Content => ToolArguments.Read(_id, _name, _arguments.ToString());

        public void Take(StreamingChatToolCallUpdate piece)
        {
            _id = piece.ToolCallId is { Length: > 0 } id ? id : _id.Length > 0 ? _id : $"call_{piece.Index}";
            _name = piece.FunctionName is { Length: > 0 } name ? name : _name;
            _arguments.Append(piece.FunctionArgumentsUpdate?.ToString());
        }
    }
}
