using System.Net;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Tools.Http;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class When_the_web_is_reached : IAsyncLifetime, IDisposable
{
    readonly ToolBench _bench = new();
    readonly List<string> _reached = [];
    readonly Names _names = new();
    WebApplication? _site;
    int _port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _site = builder.Build();
        _site.Run(AnswerAsync);
        await _site.StartAsync();
        _port = new Uri(_site.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _site!.DisposeAsync();
        Dispose();
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_a_rule_names_is_read()
    {
        var answer = JsonSerializer.Deserialize<JsonElement>(await TextAsync(new HttpGet(new WebExchange(_names)), new { url = $"http://127.0.0.1:{_port}/page", headers = new { Accept = "text/plain" } }));

        answer.GetProperty("status").GetInt32().ShouldBe(200);
        answer.GetProperty("body").GetString().ShouldBe("GET /page accept=text/plain key= auth=");
        answer.GetProperty("content_type").GetString().ShouldBe("text/plain");
    }

    [Fact]
    public async Task An_effect_carries_its_action_key()
    {
        var answer = JsonSerializer.Deserialize<JsonElement>(await TextAsync(
            new Service.Tools.Http.HttpRequest(new WebExchange(_names)), new { method = "post", url = $"http://127.0.0.1:{_port}/page", body = "{}", headers = new { Authorization = "Bearer x" } }));

        answer.GetProperty("body").GetString().ShouldBe("POST /page accept= key=the-action-key auth=Bearer x");
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_though_the_name_is_allowed()
    {
        _names.Known["public.example"] = [IPAddress.Loopback];

        (await TextAsync(new HttpGet(new WebExchange(_names)), new { url = $"http://public.example:{_port}/page" })).ShouldContain("closed by rule");

        _reached.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_judged_again()
    {
        _names.Known["public.example"] = [IPAddress.Loopback];

        (await TextAsync(new HttpGet(new WebExchange(_names)), new { url = $"http://127.0.0.1:{_port}/to?http://public.example:{_port}/page" })).ShouldContain("closed by rule");

        _reached.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_to_another_host_does_not_take_the_callers_headers_along()
    {
        _names.Known["localhost"] = [IPAddress.Loopback];

        var answer = JsonSerializer.Deserialize<JsonElement>(await TextAsync(
            new HttpGet(new WebExchange(_names)), new { url = $"http://127.0.0.1:{_port}/to?http://localhost:{_port}/page", headers = new { Authorization = "Bearer x" } }));

        answer.GetProperty("body").GetString().ShouldBe("GET /page accept= key= auth=");
    }

    [Fact]
    public async Task Redirects_without_end_are_ended() =>
        (await TextAsync(new HttpGet(new WebExchange(_names)), new { url = $"http://127.0.0.1:{_port}/round" })).ShouldContain("More than 5 redirects");

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        var text = await TextAsync(new HttpGet(new WebExchange(_names)), new { url = $"http://127.0.0.1:{_port}/large" });

        text.ShouldContain("larger than 2 MiB");
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_said_so() =>
        (await TextAsync(new HttpGet(new WebExchange(_names)), new { url = "http://nowhere.example/" })).ShouldBe("error: There is no host nowhere.example.");

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/")]
    [InlineData("/page")]
    [InlineData("http://user:password@example.com/")]
    public void What_is_no_plain_web_address_is_refused(string url) => _bench.Refused(new HttpGet(new WebExchange(_names)), new { url });

    [Fact]
    public void Headers_of_the_connection_are_refused()
    {
        _bench.Refused(new HttpGet(new WebExchange(_names)), new { url = "http://example.com/", headers = new { Host = "x" } });
        _bench.Refused(new HttpGet(new WebExchange(_names)), new { url = "http://example.com/", headers = new { X = "a\r\nHost: b" } });
    }

    async Task<string> TextAsync(ITool tool, object arguments)
    {
        var prepared = tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(arguments), tool.Description), _bench.Open());
        try
        {
            var context = new ToolContext(Guid.CreateVersion7(), "a.1#1", "the-action-key") { UrlRefusal = Judge };
            return (await prepared.Act(context, TestContext.Current.CancellationToken)).Text;
        }
        catch (ToolFailedException failure)
        {
            return $"error: {failure.Message}";
        }
    }

    string? Judge(UrlAccess url)
    {
        var bundle = Policy();
        var decision = bundle.Decide(new ToolRequest { Tool = "http_get", Effect = EffectStrength.Pure, ArgumentsJson = "{}", WorkspaceRoot = _bench.Root, Url = url });
        return decision.Ruling == Ruling.Allow ? null : $"closed by rule '{decision.Rule}': {decision.Reason}";
    }

    static PolicyBundle Policy()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tools.yaml"] = """
                version: 1
                rules:
                  - id: web
                    answer: allow
                    reason: Judged by its URL.
                    tools: [http_get, http_request]
                """,
            ["network.yaml"] = """
                version: 1
                rules:
                  - id: this-machine-by-name
                    answer: allow
                    reason: The test's site.
                    hosts: [127.0.0.1, localhost]
                  - id: this-machine
                    answer: allow
                    reason: The test's site.
                    hosts: [127.0.0.1, localhost]
                    cidrs: [127.0.0.0/8]
                  - id: public
                    answer: allow
                    reason: Anywhere public.
                    hosts: ["*.example"]
                """,
        };
        var result = PolicyBundle.Load(files, GuardrailSettings.None);
        result.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        return result.Bundle!;
    }

    async Task AnswerAsync(HttpContext context)
    {
        lock (_reached)
        {
            _reached.Add(context.Request.Path);
        }

        if (context.Request.Path.Value is "/to" or "/round")
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = context.Request.QueryString.Value is ['?', .. var target] ? target : "/round";
        }
        else if (context.Request.Path == "/large")
        {
            await context.Response.Body.WriteAsync(new byte[4 * 1024 * 1024]);
        }
        else
        {
            var headers = context.Request.Headers;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path} accept={headers.Accept} key={headers["Idempotency-Key"]} auth={headers.Authorization}");
        }
    }

    sealed class Names : INameResolver
    {
        public Dictionary<string, IPAddress[]> Known { get; } = new(StringComparer.Ordinal);

        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>(IPAddress.TryParse(host, out var literal) ? [literal] : Known.GetValueOrDefault(host) ?? []);
    }
}
