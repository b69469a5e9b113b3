using System.Text.Json;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.OpenAi;

public class When_a_model_answers
{
    static readonly ChatMessage[] Question = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "How many files?")];

    static readonly ChatOptions WithTools = new()
    {
        Tools = [AIFunctionFactory.CreateDeclaration("list_files", "Lists files.", JsonDocument.Parse("""{"type":"object","properties":{"path":{"type":"string"}}}""").RootElement)],
        AdditionalProperties = new() { ["agent.role"] = "executor" },
    };

    [Theory, CombinatorialApis]
    public async Task Text_usage_model_and_finish_reason_come_through(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("There are 12 files.") { InputTokens = 120, OutputTokens = 9 });

        var response = await AskAsync(world.Bare(api), stream);

        response.Text.ShouldBe("There are 12 files.");
        response.ModelId.ShouldBe(FakeModelServer.Model);
        response.FinishReason.ShouldBe(ChatFinishReason.Stop);
        (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.ReasoningTokenCount).ShouldBe((120, 9, 3, 2));
        var sent = world.Server.Requests.Single();
        (sent.Key, sent.Streams).ShouldBe(("secret", stream));
        sent.Body.GetProperty("model").GetString().ShouldBe(FakeModelServer.Model);
        sent.Body.GetProperty(api == "chat" ? "messages" : "input").EnumerateArray().Select(message => message.GetProperty("role").GetString()).ShouldBe(["system", "user"]);
        sent.Body.GetRawText().ShouldNotContain("agent.role");
    }

    [Theory, CombinatorialApis]
    public async Task Parallel_tool_calls_come_with_their_arguments(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("Let me look.", new ScriptedCall("list_files", """{"path":"a b"}""", "c1"), new ScriptedCall("list_files", """{"path":"é","depth":2}""", "c2")));

        var response = await AskAsync(world.Bare(api), stream, WithTools);

        response.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        response.Text.ShouldBe("Let me look.");
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        calls.Select(call => (call.CallId, call.Name, call.Arguments!["path"]!.ToString())).ShouldBe([("c1", "list_files", "a b"), ("c2", "list_files", "é")]);
        ((JsonElement)calls[1].Arguments!["depth"]!).GetInt32().ShouldBe(2);
        world.Server.Requests.Single().Body.GetProperty("tools").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task Calls_and_results_go_back_in_the_apis_words(string api)
    {
        await using var world = await OnlineWorld.StartAsync();
        ChatMessage[] conversation =
        [
            .. Question,
            new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("c1", "list_files", new Dictionary<string, object?> { ["path"] = "." }), new FunctionCallContent("c2", "list_files")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "a.txt"), new FunctionResultContent("c2", new { files = 3 })]),
        ];

        await world.Bare(api).GetResponseAsync(conversation, WithTools);

        var sent = world.Server.Requests.Single().Body;
        if (api == "chat")
        {
            var messages = sent.GetProperty("messages");
            messages[2].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString().ShouldBe("""{"path":"."}""");
            messages[3].GetProperty("tool_call_id").GetString().ShouldBe("c1");
            messages[4].GetProperty("content").ToString().ShouldContain("\"files\":3");
        }
        else
        {
            sent.GetProperty("store").GetBoolean().ShouldBeFalse();
            sent.GetProperty("input").EnumerateArray().Skip(3).Select(item => item.GetProperty("type").GetString()).ShouldBe(["function_call", "function_call", "function_call_output", "function_call_output"]);
        }
    }

    [Theory]
    [InlineData("```json\n{\"path\":\"x\"}\n```")]
    [InlineData("\"{\\\"path\\\":\\\"x\\\"}\"")]
    [InlineData("Here you are: {\"path\":\"x\"} – good luck")]
    public async Task Wrapped_arguments_of_weak_models_are_read(string arguments)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("", new ScriptedCall("list_files", arguments)));

        var call = (await world.Bare("chat").GetResponseAsync(Question, WithTools)).Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single();

        call.Arguments!["path"]!.ToString().ShouldBe("x");
        call.Exception.ShouldBeNull();
    }

    [Theory, CombinatorialApis]
    public async Task Arguments_that_are_no_json_are_an_error_of_the_call_and_not_of_the_request(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("", new ScriptedCall("list_files", "path is x")));

        var response = await AskAsync(world.Bare(api), stream, WithTools);

        response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single().Exception!.Message.ShouldContain("path is x");
    }

    [Theory, CombinatorialApis]
    public async Task A_cut_answer_says_so(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("There are") { IsCut = true });

        (await AskAsync(world.Bare(api), stream)).FinishReason.ShouldBe(ChatFinishReason.Length);
    }

    [Theory, CombinatorialApis]
    public async Task Reasoning_is_kept_apart_from_the_answer(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Say(new ScriptedReply("12") { Reasoning = "Counting." });

        var response = await AskAsync(world.Bare(api), stream);

        response.Text.ShouldBe("12");
        response.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Single().Text.ShouldBe("Counting.");
    }

    [Theory]
    [InlineData("chat", "response_format")]
    [InlineData("responses", "text")]
    public async Task A_schema_is_asked_for(string api, string member)
    {
        await using var world = await OnlineWorld.StartAsync();
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}""").RootElement;

        await world.Bare(api).GetResponseAsync(Question, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "count"), MaxOutputTokens = 50 });

        var sent = world.Server.Requests.Single().Body;
        sent.GetProperty(member).GetRawText().ShouldContain("\"n\"");
        sent.GetProperty(api == "chat" ? "max_tokens" : "max_output_tokens").GetInt32().ShouldBe(50);
    }

    static Task<ChatResponse> AskAsync(IChatClient client, bool stream, ChatOptions? options = null) =>
        stream ? client.GetStreamingResponseAsync(Question, options).ToChatResponseAsync() : client.GetResponseAsync(Question, options);
}
