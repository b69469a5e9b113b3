using System.Net;
using Agent.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.ServiceDefaults.Tests.Http;

public class InternalKeyTests
{
    [Theory]
    [InlineData("/mcp/tools", "right", HttpStatusCode.OK)]
    [InlineData("/mcp/tools", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("/mcp/tools", null, HttpStatusCode.Unauthorized)]
    [InlineData("/health", null, HttpStatusCode.OK)]
    [InlineData("/metrics", null, HttpStatusCode.OK)]
    public async Task Asks_for_the_key(string path, string? key, HttpStatusCode answer) => (await AskAsync("right", path, key)).ShouldBe(answer);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Lets_nobody_in_when_no_key_is_set(string? key) => (await AskAsync(null, "/mcp/tools", key)).ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task A_service_client_finds_its_service_and_brings_the_key()
    {
        await using var app = await StartAsync("right");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("services:mcp-gateway:http:0", app.Urls.First()), new(InternalKey.Setting, "right")]);
        builder.AddServiceClient("mcp-gateway");
        await using var services = builder.Services.BuildServiceProvider();

        using var answer = await services.GetRequiredService<IHttpClientFactory>().CreateClient("mcp-gateway").GetAsync(new Uri("mcp/tools", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    static async Task<HttpStatusCode> AskAsync(string? configured, string path, string? given)
    {
        await using var app = await StartAsync(configured);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.First() + path);
        if (given is not null)
        {
            request.Headers.Add(InternalKey.Header, given);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    static async Task<WebApplication> StartAsync(string? key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration[InternalKey.Setting] = key;
        var app = builder.Build();
        app.UseInternalKey();
        app.MapFallback(() => TypedResults.Ok());
        await app.StartAsync();
        return app;
    }
}
