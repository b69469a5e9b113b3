using System.Text.Json.Nodes;

namespace Agent.TestKit.Models;

/// <summary>Replies in the form of the Chat Completions API.</summary>
static class ChatWire
{
    const long Created = 1_700_000_000;

    public static JsonObject Whole(ScriptedReply reply)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = reply.Text.Length > 0 || reply.Calls.Count == 0 ? reply.Text : null, ["refusal"] = null };
        if (reply.Reasoning is not null)
        {
            message["reasoning_content"] = reply.Reasoning;
        }

        if (reply.Calls.Count > 0)
        {
            message["tool_calls"] = new JsonArray([.. reply.Calls.Select((call, index) => (JsonNode)new JsonObject
            {
                ["id"] = Id(call, index),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
            })]);
        }

        return new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion",
            ["created"] = Created,
            ["model"] = FakeModelServer.Model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = Finish(reply) }),
            ["usage"] = Usage(reply),
        };
    }

    /// <param name="usage">The usage was asked for.</param>
    public static IEnumerable<string> Stream(ScriptedReply reply, bool usage)
    {
        yield return Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" });
        if (reply.Reasoning is { } reasoning)
        {
            yield return Chunk(new JsonObject { ["reasoning_content"] = reasoning });
        }

        foreach (var word in reply.Text.Split(' ').Where(word => word.Length > 0).Select((word, index) => index == 0 ? word : " " + word))
        {
            yield return Chunk(new JsonObject { ["content"] = word });
        }

        for (var index = 0; index < reply.Calls.Count; index++)
        {
            var call = reply.Calls[index];
            yield return Chunk(Call(index, new JsonObject { ["name"] = call.Name, ["arguments"] = "" }, Id(call, index)));
            foreach (var piece in call.Arguments.Chunk(5).Select(characters => new string(characters)))
            {
                yield return Chunk(Call(index, new JsonObject { ["arguments"] = piece }, null));
            }
        }

        yield return Chunk([], Finish(reply));
        if (usage)
        {
            yield return "data: " + Envelope(new JsonArray(), Usage(reply)).ToJsonString();
        }

        yield return "data: [DONE]";
    }

    static JsonObject Call(int index, JsonObject function, string? id)
    {
        var call = new JsonObject { ["index"] = index, ["function"] = function };
        if (id is not null)
        {
            call["id"] = id;
            call["type"] = "function";
        }

        return new JsonObject { ["tool_calls"] = new JsonArray(call) };
    }

    static string Chunk(JsonObject delta, string? finish = null) =>
        "data: " + Envelope(new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish }), null).ToJsonString();

    static JsonObject Envelope(JsonArray choices, JsonObject? usage) => new()
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion.chunk",
        ["created"] = Created,
        ["model"] = FakeModelServer.Model,
        ["choices"] = choices,
        ["usage"] = usage,
    };

    static JsonObject Usage(ScriptedReply reply) => new()
    {
        ["prompt_tokens"] = reply.InputTokens,
        ["completion_tokens"] = reply.OutputTokens,
        ["total_tokens"] = reply.InputTokens + reply.OutputTokens,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 3 },
        ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 2 },
    };

    static string Finish(ScriptedReply reply) => reply.IsCut ? "length" : reply.Calls.Count > 0 ? "tool_calls" : "stop";

    static string Id(ScriptedCall call, int index) => call.Id ?? $"call_{index}";
}
