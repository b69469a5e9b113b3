using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.OpenAi;

public class When_a_model_server_misbehaves
{
    static readonly ChatMessage[] Question = [new(ChatRole.User, "How many files?")];

    [Theory, CombinatorialApis]
    public async Task A_limit_is_an_outage_with_the_time_to_ask_again(string api, bool stream)
    {
        var outage = await UnavailableAsync(api, stream, new Fault.Status(429, """{"error":{"message":"slow down"}}""", "7"));

        (outage.IsLimit, outage.RetryAfter).ShouldBe((true, TimeSpan.FromSeconds(7)));
        outage.Message.ShouldContain("slow down");
    }

    [Theory]
    [InlineData("chat", 503, """{"error":{"message":"Loading model","code":503}}""", "Loading model")]
    [InlineData("responses", 503, """{"error":{"message":"Loading model"}}""", "Loading model")]
    [InlineData("chat", 500, """{"error":"out of memory"}""", "out of memory")]
    [InlineData("responses", 502, "<html>bad gateway</html>", "bad gateway")]
    [InlineData("chat", 504, null, "504")]
    [InlineData("chat", 401, """{"error":{"message":"Incorrect API key"}}""", "OPENAI_API_KEY")]
    [InlineData("chat", 404, """{"error":{"message":"model 'x' not found"}}""", "AGENT_MODEL")]
    public async Task What_may_pass_is_an_outage_that_says_why(string api, int status, string? body, string said)
    {
        (await UnavailableAsync(api, false, new Fault.Status(status, body))).Message.ShouldContain(said);
        (await UnavailableAsync(api, true, new Fault.Status(status, body))).IsLimit.ShouldBeFalse();
    }

    [Theory, CombinatorialApis]
    public async Task A_broken_connection_is_an_outage(string api, bool stream) => await UnavailableAsync(api, stream, new Fault.Cut());

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task A_stream_that_ends_too_early_is_an_outage(string api) => (await UnavailableAsync(api, true, new Fault.Unfinished())).Message.ShouldContain("broke off");

    [Theory]
    [InlineData("chat", true)]
    [InlineData("responses", true)]
    [InlineData("responses", false)]
    [InlineData("chat", false)]
    public async Task Nothing_within_the_time_limit_is_an_outage_and_a_cancel_is_a_cancel(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.Silence(), new Fault.Silence());

        (await Should.ThrowAsync<ModelUnavailableException>(() => AskAsync(world.Bare(api, TimeSpan.FromMilliseconds(300)), stream))).Message.ShouldContain("no answer within");

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() => AskAsync(world.Bare(api), stream, cancel.Token));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_outage_that_names_the_setting()
    {
        var world = await OnlineWorld.StartAsync();
        var client = world.Bare("chat");
        await world.DisposeAsync();

        (await Should.ThrowAsync<ModelUnavailableException>(() => client.GetResponseAsync(Question))).Message.ShouldContain("OPENAI_BASE_URL");
    }

    [Theory, CombinatorialApis]
    public async Task A_success_that_is_an_error_is_no_answer(string api, bool stream)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.ErrorIn200());

        (await Should.ThrowAsync<ModelRefusedException>(() => AskAsync(world.Bare(api), stream))).Kind.ShouldBe(RefusalKind.Api);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task An_empty_stream_is_no_answer(string api)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.EmptyStream());

        (await Should.ThrowAsync<ModelRefusedException>(() => AskAsync(world.Bare(api), true))).Kind.ShouldBe(RefusalKind.Api);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task A_page_instead_of_an_answer_is_no_answer(string api)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(new Fault.Garbage());

        var failure = await Should.ThrowAsync<Exception>(() => AskAsync(world.Bare(api), false));
        (failure is ModelRefusedException or ModelUnavailableException).ShouldBeTrue(failure.ToString());
    }

    static async Task<ModelUnavailableException> UnavailableAsync(string api, bool stream, Fault fault)
    {
        await using var world = await OnlineWorld.StartAsync();
        world.Server.Fail(fault);
        return await Should.ThrowAsync<ModelUnavailableException>(() => AskAsync(world.Bare(api), stream));
    }

    static Task<ChatResponse> AskAsync(IChatClient client, bool stream, CancellationToken cancellationToken = default) =>
        stream ? client.GetStreamingResponseAsync(Question, cancellationToken: cancellationToken).ToChatResponseAsync(cancellationToken) : client.GetResponseAsync(Question, cancellationToken: cancellationToken);
}
