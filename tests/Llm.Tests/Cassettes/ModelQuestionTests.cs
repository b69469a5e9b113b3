using System.Text.Json;
using Agent.Llm.Cassettes;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.Cassettes;

public class ModelQuestionTests
{
    [Fact]
    public void Key_SameRequestWithMembersInAnotherOrder_IsTheSame() =>
        Question(Call("""{"a":{"x":1,"y":[2,{"p":1,"q":2}]},"b":1}""")).Key.ShouldBe(Question(Call("""{"b":1,"a":{"y":[2,{"q":2,"p":1}],"x":1}}""")).Key);

    [Fact]
    public void Key_AnythingElseIsAsked_IsAnother()
    {
        ModelQuestion[] questions =
        [
            Question(Say("Hello")),
            Question(Say("Hello!")),
            Question(new ChatMessage(ChatRole.System, "Hello")),
            Question(Say("Hello"), new ChatOptions { Temperature = 0 }),
            Question(Say("Hello"), new ChatOptions { ResponseFormat = ChatResponseFormat.Json }),
            Question(Say("Hello"), new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"object"}""")) }),
            Question(Say("Hello"), offer: Offer("Reads a file.")),
            Question(Say("Hello"), offer: Offer("Reads any file.")),
            Question(Call("""{"b":1}""")),
            Question(Call("""{"b":2}""")),
        ];

        questions.Select(question => question.Key).Distinct().Count().ShouldBe(questions.Length);
    }

    [Fact]
    public void Offer_InAnyOrder_HasOneName() =>
        ToolOffer.Of([Tool("a", "x"), Tool("b", "y")]).Digest.ShouldBe(ToolOffer.Of([Tool("b", "y"), Tool("a", "x")]).Digest);

    [Fact]
    public void Answered_KeepsTextCallsReasoningUsageAndFinish()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [
            new TextReasoningContent("Hm. "), new TextReasoningContent("So."), new TextContent("I look."), new FunctionCallContent("c1", "read_file", new Dictionary<string, object?> { ["path"] = "a.txt" })]))
        {
            ModelId = "m",
            FinishReason = ChatFinishReason.ToolCalls,
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 7, CachedInputTokenCount = 4, ReasoningTokenCount = 2 },
        };

        var replied = Question(Say("Go")).Answered(response, 3, text => text);

        (replied.Text, replied.Reasoning, replied.FinishReason, replied.Model, replied.AskedAt).ShouldBe(("I look.", "Hm. So.", "tool_calls", "m", 5));
        replied.Usage.ShouldBe(new Contracts.TokenUsage(10, 7, 4, 2));
        replied.Calls.ShouldHaveSingleItem().Arguments.GetRawText().ShouldBe("""{"path":"a.txt"}""");
    }

    [Fact]
    public void Answered_LongReasoning_KeepsItsHeadAndTail()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("first " + new string('x', 50_000) + " last"), new TextContent("ok")]));

        var reasoning = Question(Say("Go")).Answered(response, 3, text => text).Reasoning.ShouldNotBeNull();

        reasoning.ShouldStartWith("first ");
        reasoning.ShouldEndWith(" last");
        reasoning.Length.ShouldBeLessThan(4100);
    }

    static ModelQuestion Question(ChatMessage message, ChatOptions? options = null, ToolOffer? offer = null) => new("executor", "a", 1, 1, 5, [message], options ?? new ChatOptions(), offer ?? ToolOffer.None);

    static ChatMessage Say(string text) => new(ChatRole.User, text);

    static ChatMessage Call(string arguments) =>
        new(ChatRole.Assistant, [new FunctionCallContent("c", "t", JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments))]);

    static ToolOffer Offer(string description) => ToolOffer.Of([Tool("read_file", description)]);

    static AIFunctionDeclaration Tool(string name, string description) => AIFunctionFactory.CreateDeclaration(name, description, Json("""{"type":"object","properties":{"path":{"type":"string"}}}"""));

    static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();
}
