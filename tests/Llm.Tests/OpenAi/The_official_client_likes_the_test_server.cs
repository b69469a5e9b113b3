using System.ClientModel;
using Agent.TestKit.Models;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Responses;

namespace Agent.Llm.Tests.OpenAi;

public class The_official_client_likes_the_test_server
{
    [Fact]
    public async Task Chat_completions()
    {
        await using var server = await FakeModelServer.StartAsync();
        var client = new ChatClient(FakeModelServer.Model, new ApiKeyCredential("k"), new OpenAIClientOptions { Endpoint = server.BaseUrl });
        server.Say(new ScriptedReply("twelve files"), new ScriptedReply("twelve files", new ScriptedCall("list_files", """{"path":"."}""")));

        var whole = (await client.CompleteChatAsync(new UserChatMessage("how many?"))).Value;
        whole.Content[0].Text.ShouldBe("twelve files");
        whole.Usage.TotalTokenCount.ShouldBe(18);

        var (text, arguments, finish) = ("", "", (ChatFinishReason?)null);
        await foreach (var update in client.CompleteChatStreamingAsync(new UserChatMessage("how many?")))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            arguments += string.Concat(update.ToolCallUpdates.Select(call => call.FunctionArgumentsUpdate?.ToString()));
            finish = update.FinishReason ?? finish;
        }

        (text, arguments, finish).ShouldBe(("twelve files", """{"path":"."}""", ChatFinishReason.ToolCalls));
    }

    [Fact]
    public async Task Responses()
    {
        await using var server = await FakeModelServer.StartAsync();
        var client = new ResponsesClient(new ApiKeyCredential("k"), new ResponsesClientOptions { Endpoint = server.BaseUrl });
        server.Say(new ScriptedReply("twelve files", new ScriptedCall("list_files", """{"path":"."}""")), new ScriptedReply("twelve files"));

        var whole = (await client.CreateResponseAsync(FakeModelServer.Model, "how many?")).Value;
        whole.GetOutputText().ShouldBe("twelve files");
        whole.OutputItems.OfType<FunctionCallResponseItem>().Single().FunctionArguments.ToString().ShouldBe("""{"path":"."}""");

        var text = "";
        await foreach (var update in client.CreateResponseStreamingAsync(FakeModelServer.Model, "how many?"))
        {
            text += update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
        }

        text.ShouldBe("twelve files");
    }

    [Fact]
    public async Task Models()
    {
        await using var server = await FakeModelServer.StartAsync();

        var models = await new OpenAIClient(new ApiKeyCredential("k"), new OpenAIClientOptions { Endpoint = server.BaseUrl }).GetOpenAIModelClient().GetModelsAsync();

        models.Value.Single().Id.ShouldBe(FakeModelServer.Model);
    }
}
