using System.Net;
using System.Net.Http.Headers;
using Agent.Dashboard.Web.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Access;

public class When_the_caller_is_not_known(SharedDoor shared)
{
    static readonly string[] Open = ["/health", "/alive", "/metrics", "/login"];

    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task Every_route_but_the_open_ones_refuses()
    {
        using var stranger = _door.Anonymous();
        var routes = _door.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        routes.Count.ShouldBeGreaterThan(20);

        foreach (var route in routes)
        {
            var path = "/" + route.RoutePattern.RawText!.TrimStart('/').Replace("{runId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal).Replace("{RunId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);
            if (Open.Contains(path) || path.Contains('{', StringComparison.Ordinal))
            {
                continue;
            }

            var method = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "GET";
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await stranger.SendAsync(request);

            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
        }
    }

    [Theory]
    [InlineData("health")]
    [InlineData("alive")]
    public async Task That_the_door_is_alive_may_be_seen(string path)
    {
        using var stranger = _door.Anonymous();

        using var response = await stranger.GetAsync(new Uri(path, UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Bearer", "wrong")]
    [InlineData("Bearer", "")]
    [InlineData("Basic", "bG9jYWw6bG9jYWw=")]
    public async Task A_wrong_key_is_refused_with_the_way_to_the_right_one(string scheme, string key)
    {
        using var stranger = _door.Anonymous();
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, key);

        using var response = await stranger.GetAsync(new Uri("runs", UriKind.Relative));

        var problem = await response.ProblemAsync();
        problem.Code.ShouldBe("unauthenticated");
        problem.Detail.ShouldContain("door.json");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task A_person_gets_a_page_that_says_how_to_sign_in()
    {
        using var stranger = _door.Anonymous();
        stranger.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using var response = await stranger.GetAsync(new Uri("/", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsStringAsync()).ShouldContain("login link");
    }

    [Fact]
    public async Task A_key_given_by_its_digest_opens_under_its_own_name()
    {
        await using var door = await DoorHarness.StartAsync(settings: new()
        {
            ["Access:Keys:0:Name"] = "build-server",
            ["Access:Keys:0:Sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("the key of the build server"u8)),
        });
        using var client = DoorHarness.Knocking(door.Address, "the key of the build server");

        using var response = await client.GetAsync(new Uri("runs", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
