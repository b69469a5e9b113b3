using System.ComponentModel;

namespace Agent.TestKit.Models;

/// <summary>What the model says to one request.</summary>
public sealed record ScriptedReply(string Text = "", params IReadOnlyList<ScriptedCall> Calls)
{
    public string? Reasoning { get; init; }

    /// <summary>The token limit cut it off.</summary>
    public bool IsCut { get; init; }

    public int InputTokens { get; init; } = 11;

    public int OutputTokens { get; init; } = 7;

    /// <summary>Waits before the first byte.</summary>
    public Task? After { get; init; }
}

/// <summary>A tool call, its arguments as the model writes them.</summary>
public sealed record ScriptedCall(string Name, string Arguments, string? Id = null);

/// <summary>What goes wrong with one request instead of an answer.</summary>
public abstract record Fault
{
    Fault()
    {
    }

    /// <summary>An error answer.</summary>
    /// <param name="Body">As JSON; null: none.</param>
    public sealed record Status(int Code, string? Body = """{"error":{"message":"not now"}}""", string? RetryAfter = null) : Fault;

    /// <summary>A success that is none (LM Studio on an unknown route).</summary>
    public sealed record ErrorIn200(string Body = """{"error":"Unexpected endpoint or method. (POST /v1/x)"}""") : Fault;

    /// <summary>The stream, or the answer, ends in the middle; the connection breaks.</summary>
    public sealed record Cut : Fault;

    /// <summary>The stream ends in order after the first words, without its end.</summary>
    public sealed record Unfinished : Fault;

    /// <summary>An event stream without events.</summary>
    public sealed record EmptyStream : Fault;

    /// <summary>Bytes that are no JSON.</summary>
    public sealed record Garbage : Fault;

    /// <summary>Never answers.</summary>
    public sealed record Silence : Fault;
}

/// <summary>Whose behaviour is imitated.</summary>
public enum ModelServerKind
{
    /// <summary>Both APIs.</summary>
    [Description("both APIs")]
    Full,

    /// <summary>Responses is an unknown route: plain 404.</summary>
    [Description("Chat Completions only")]
    ChatOnly,

    /// <summary>Chat Completions is an unknown route: plain 404.</summary>
    [Description("Responses only")]
    ResponsesOnly,

    /// <summary>Unknown routes are 200 with an error; chat refuses <c>json_object</c>; no Responses.</summary>
    [Description("LM Studio")]
    LmStudio,

    /// <summary>Plain 404 for unknown routes; Responses without <c>tool_choice</c>; error texts as strings.</summary>
    [Description("Ollama")]
    Ollama,

    /// <summary>Knows no <c>max_completion_tokens</c>, refuses it and schemas; no Responses.</summary>
    [Description("llama.cpp")]
    LlamaCpp,

    /// <summary>Both APIs, but no tools through Responses; errors without an envelope.</summary>
    [Description("vLLM")]
    Vllm,

    /// <summary>OpenAI's own with a newer model: both APIs, refuses <c>max_tokens</c>.</summary>
    [Description("OpenAI")]
    OpenAi,

    /// <summary>A deployment under an address with a query (<c>?api-version=</c>), the key in <c>api-key</c>; chat only, its streams begin with an event without choices.</summary>
    [Description("Azure-style proxy")]
    Azure,
}

/// <summary>A request as it came in.</summary>
/// <param name="Api"><c>chat</c> or <c>responses</c>.</param>
public sealed record ModelRequest(string Api, System.Text.Json.JsonElement Body, string? Key)
{
    public bool Streams => Body.TryGetProperty("stream", out var stream) && stream.ValueKind == System.Text.Json.JsonValueKind.True;

    /// <summary>The lines of a streamed answer.</summary>
    internal IEnumerable<string> Stream(ScriptedReply reply) => Api == "chat"
        ? ChatWire.Stream(reply, Body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var usage) && usage.ValueKind == System.Text.Json.JsonValueKind.True)
        : ResponsesWire.Stream(reply);

    /// <summary>Nothing but <c>{}</c>: somebody finds out what is there.</summary>
    public bool IsProbe => Body.ValueKind == System.Text.Json.JsonValueKind.Object && !Body.EnumerateObject().Any();
}
