using System.Net;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class When_tools_come_from_the_gateway : IDisposable
{
    const string Listed = """
        [{"name":"web__fetch","endpoint":"web","tool":"fetch","description":"Fetches.","input_schema":{"type":"object","properties":{"url":{"type":"string"}}},"effect":"irreversible","definition_hash":"abc"}]
        """;

    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task They_are_listed_with_their_effect_and_pinned_definition()
    {
        var tools = await Tools(new Gateway(_ => (HttpStatusCode.OK, Listed))).ListAsync(TestContext.Current.CancellationToken);

        var tool = tools.ShouldHaveSingleItem().Description;
        tool.Name.ShouldBe("web__fetch");
        tool.Effect.ShouldBe(EffectClass.Irreversible);
        tool.Hash.ShouldBe("abc");
        tool.Endpoint.ShouldBe("web");
    }

    [Fact]
    public async Task A_call_carries_the_run_the_call_and_the_action_key()
    {
        var gateway = new Gateway(request => request.StartsWith("GET", StringComparison.Ordinal)
            ? (HttpStatusCode.OK, Listed)
            : (HttpStatusCode.OK, """{"is_error":false,"content":[],"text":"fetched"}"""));
        var tool = (await Tools(gateway).ListAsync(TestContext.Current.CancellationToken)).Single();

        (await _bench.TextAsync(tool, new { url = "x", depth = 2 })).ShouldBe("fetched");

        var sent = JsonSerializer.Deserialize<JsonElement>(gateway.Requests[^1]["POST /mcp/invoke ".Length..]);
        sent.GetProperty("endpoint").GetString().ShouldBe("web");
        sent.GetProperty("tool").GetString().ShouldBe("fetch");
        sent.GetProperty("arguments").ToString().ShouldBe("""{"depth":2,"url":"x"}""");
        sent.GetProperty("call_id").GetString().ShouldBe("test.1#1");
        sent.GetProperty("idempotency_key").GetString()!.Length.ShouldBe(32);
    }

    [Fact]
    public async Task An_endpoints_error_is_one_the_model_can_answer()
    {
        var gateway = new Gateway(request => request.StartsWith("GET", StringComparison.Ordinal)
            ? (HttpStatusCode.OK, Listed)
            : (HttpStatusCode.OK, """{"is_error":true,"content":[],"text":"no such page"}"""));
        var tool = (await Tools(gateway).ListAsync(TestContext.Current.CancellationToken)).Single();

        var result = await _bench.RunAsync(tool, new { });

        result.Outcome.ShouldBe(ToolCallOutcome.Error);
        result.Text.ShouldBe("error: no such page");
    }

    [Fact]
    public async Task A_refusal_of_the_gateway_is_an_error_with_its_reason()
    {
        var gateway = new Gateway(request => request.StartsWith("GET", StringComparison.Ordinal) ? (HttpStatusCode.OK, Listed) : (HttpStatusCode.ServiceUnavailable, "endpoint is down"));
        var tool = (await Tools(gateway).ListAsync(TestContext.Current.CancellationToken)).Single();

        (await _bench.TextAsync(tool, new { })).ShouldBe("error: The gateway answered 503 for web__fetch: endpoint is down");
    }

    [Theory]
    [InlineData(HttpStatusCode.GatewayTimeout, """{"sent":true,"code":"timed_out"}""")]
    [InlineData(HttpStatusCode.BadGateway, """{"sent":true,"code":"connection_lost"}""")]
    [InlineData(HttpStatusCode.InternalServerError, "not JSON")]
    [InlineData(HttpStatusCode.OK, "{\"is_error\":fal")]
    public async Task What_may_have_reached_the_endpoint_is_not_called_an_error(HttpStatusCode status, string body)
    {
        var gateway = new Gateway(request => request.StartsWith("GET", StringComparison.Ordinal) ? (HttpStatusCode.OK, Listed) : (status, body));
        var tool = (await Tools(gateway).ListAsync(TestContext.Current.CancellationToken)).Single();

        await Should.ThrowAsync<ToolUncertainException>(() => _bench.TextAsync(tool, new { }));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.NameResolutionError, false)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.Unknown, true)]
    public async Task A_gateway_that_is_lost_says_by_when_whether_the_tool_may_have_acted(HttpRequestError error, bool mayHaveActed)
    {
        var gateway = new Gateway(request => request.StartsWith("GET", StringComparison.Ordinal) ? (HttpStatusCode.OK, Listed) : throw new HttpRequestException(error));
        var tool = (await Tools(gateway).ListAsync(TestContext.Current.CancellationToken)).Single();

        if (mayHaveActed)
        {
            await Should.ThrowAsync<ToolUncertainException>(() => _bench.TextAsync(tool, new { }));
        }
        else
        {
            (await _bench.TextAsync(tool, new { })).ShouldContain("nothing was sent");
        }
    }

    [Fact]
    public async Task A_gateway_that_is_just_starting_again_is_waited_for()
    {
        var (time, asked) = (new FakeTimeProvider(), 0);
        var gateway = new Gateway(_ => ++asked < 5 ? throw new HttpRequestException("refused") : (HttpStatusCode.OK, Listed));

        (await PassAsync(time, Tools(gateway, time))).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_gateway_that_stays_away_has_no_tools_and_is_waited_for_once()
    {
        var (time, isAway) = (new FakeTimeProvider(), true);
        var tools = Tools(new Gateway(_ => isAway ? throw new HttpRequestException("refused") : (HttpStatusCode.OK, Listed)), time);

        (await PassAsync(time, tools)).ShouldBeEmpty();
        time.Advance(TimeSpan.FromSeconds(6));
        (await tools.ListAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        isAway = false;
        time.Advance(TimeSpan.FromSeconds(6));
        (await tools.ListAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_a_gateway_there_are_no_such_tools()
    {
        (await new GatewayTools(null!, new ConfigurationManager(), TimeProvider.System, NullLogger<GatewayTools>.Instance).ListAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    static async Task<IReadOnlyList<ITool>> PassAsync(FakeTimeProvider time, GatewayTools tools)
    {
        var listing = tools.ListAsync(TestContext.Current.CancellationToken);
        while (!listing.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await listing;
    }

    static GatewayTools Tools(Gateway gateway, TimeProvider? time = null) => new(
        gateway,
        new ConfigurationBuilder().AddInMemoryCollection([new("services:mcp-gateway:http:0", "http://gateway")]).Build(),
        time ?? TimeProvider.System,
        NullLogger<GatewayTools>.Instance);

    sealed class Gateway(Func<string, (HttpStatusCode Status, string Body)> answer) : HttpMessageHandler, IHttpClientFactory
    {
        public List<string> Requests { get; } = [];

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://gateway") };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.AbsolutePath} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken))}");
            var (status, body) = answer(Requests[^1]);
            return new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        }
    }
}
