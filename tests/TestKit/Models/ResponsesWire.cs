using System.Text.Json.Nodes;

namespace Agent.TestKit.Models;

/// <summary>Replies in the form of the Responses API.</summary>
static class ResponsesWire
{
    public static JsonObject Whole(ScriptedReply reply) => Envelope(reply, reply.IsCut ? "incomplete" : "completed", Output(reply));

    public static IEnumerable<string> Stream(ScriptedReply reply)
    {
        var number = 0;
        yield return Event("response.created", new JsonObject { ["response"] = Envelope(reply, "in_progress", []) });
        yield return Event("response.in_progress", new JsonObject { ["response"] = Envelope(reply, "in_progress", []) });
        var position = 0;
        foreach (var item in Output(reply))
        {
            yield return Event("response.output_item.added", new JsonObject { ["output_index"] = position, ["item"] = Begun(item!.AsObject()) });
            var id = item["id"]!.GetValue<string>();
            if (item["type"]!.GetValue<string>() == "message")
            {
                yield return Event("response.content_part.added", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["content_index"] = 0, ["part"] = Part("") });
                foreach (var word in reply.Text.Split(' ').Select((word, index) => index == 0 ? word : " " + word))
                {
                    yield return Event("response.output_text.delta", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["content_index"] = 0, ["delta"] = word, ["logprobs"] = new JsonArray() });
                }

                yield return Event("response.output_text.done", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["content_index"] = 0, ["text"] = reply.Text, ["logprobs"] = new JsonArray() });
                yield return Event("response.content_part.done", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["content_index"] = 0, ["part"] = Part(reply.Text) });
            }
            else if (item["type"]!.GetValue<string>() == "function_call")
            {
                yield return Event("response.function_call_arguments.delta", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["delta"] = item["arguments"]!.DeepClone() });
                yield return Event("response.function_call_arguments.done", new JsonObject { ["item_id"] = id, ["output_index"] = position, ["name"] = item["name"]!.DeepClone(), ["arguments"] = item["arguments"]!.DeepClone() });
            }

            yield return Event("response.output_item.done", new JsonObject { ["output_index"] = position++, ["item"] = item.DeepClone() });
        }

        yield return Event(reply.IsCut ? "response.incomplete" : "response.completed", new JsonObject { ["response"] = Whole(reply) });

        string Event(string type, JsonObject data)
        {
            data["type"] = type;
            data["sequence_number"] = number++;
            return $"event: {type}\ndata: {data.ToJsonString()}";
        }
    }

    static JsonArray Output(ScriptedReply reply)
    {
        var output = new JsonArray();
        if (reply.Reasoning is not null)
        {
            output.Add(new JsonObject { ["type"] = "reasoning", ["id"] = "rs_1", ["summary"] = new JsonArray(new JsonObject { ["type"] = "summary_text", ["text"] = reply.Reasoning }) });
        }

        if (reply.Text.Length > 0 || reply.Calls.Count == 0)
        {
            output.Add(new JsonObject
            {
                ["type"] = "message",
                ["id"] = "msg_1",
                ["status"] = "completed",
                ["role"] = "assistant",
                ["content"] = new JsonArray(Part(reply.Text)),
            });
        }

        for (var index = 0; index < reply.Calls.Count; index++)
        {
            var call = reply.Calls[index];
            output.Add(new JsonObject
            {
                ["type"] = "function_call",
                ["id"] = $"fc_{index}",
                ["call_id"] = call.Id ?? $"call_{index}",
                ["name"] = call.Name,
                ["arguments"] = call.Arguments,
                ["status"] = "completed",
            });
        }

        return output;
    }

    static JsonObject Part(string text) => new() { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() };

    static JsonObject Begun(JsonObject item)
    {
        var begun = item.DeepClone().AsObject();
        if (begun.ContainsKey("content"))
        {
            begun["content"] = new JsonArray();
        }

        if (begun.ContainsKey("status"))
        {
            begun["status"] = "in_progress";
        }

        if (begun.ContainsKey("arguments"))
        {
            begun["arguments"] = "";
        }

        return begun;
    }

    static JsonObject Envelope(ScriptedReply reply, string status, JsonArray output) => new()
    {
        ["id"] = "resp_1",
        ["object"] = "response",
        ["created_at"] = 1_700_000_000,
        ["status"] = status,
        ["error"] = null,
        ["incomplete_details"] = status == "incomplete" ? new JsonObject { ["reason"] = "max_output_tokens" } : null,
        ["instructions"] = null,
        ["metadata"] = new JsonObject(),
        ["model"] = FakeModelServer.Model,
        ["output"] = output,
        ["parallel_tool_calls"] = true,
        ["temperature"] = 1.0,
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["top_p"] = 1.0,
        ["usage"] = new JsonObject
        {
            ["input_tokens"] = reply.InputTokens,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 3 },
            ["output_tokens"] = reply.OutputTokens,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 2 },
            ["total_tokens"] = reply.InputTokens + reply.OutputTokens,
        },
    };
}
