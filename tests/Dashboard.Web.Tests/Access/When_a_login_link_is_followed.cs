using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Agent.Dashboard.Web.Tests.Harness;

namespace Agent.Dashboard.Web.Tests.Access;

public sealed class When_a_login_link_is_followed : IAsyncLifetime
{
    DoorHarness _door = null!;

    public async ValueTask InitializeAsync() => _door = await DoorHarness.StartAsync();

    public ValueTask DisposeAsync() => _door.DisposeAsync();

    [Fact]
    public async Task It_opens_the_console_once()
    {
        using var browser = Browser();

        using var first = await browser.GetAsync(Login());
        using var console = await browser.GetAsync(new Uri("/", UriKind.Relative));
        using var other = Browser();
        using var second = await other.GetAsync(Login());

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = first.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("agent-console", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        first.Headers.GetValues("Set-Cookie").ShouldContain(value => value.StartsWith("agent-antiforgery", StringComparison.Ordinal));
        console.Headers.Contains("Set-Cookie").ShouldBeFalse("a page that sets the cookie again refuses the forms of those opened beside it");
        console.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Pages_may_load_nothing_from_elsewhere_and_stand_in_no_frame()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());

        using var console = await browser.GetAsync(new Uri("/", UriKind.Relative));

        var policy = console.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldContain("default-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        console.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [Fact]
    public async Task The_session_outlives_the_door_and_its_keys_are_closed_to_others()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());
        var cookie = login.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("agent-console", StringComparison.Ordinal)).Split(';')[0];

        await using var restarted = await DoorHarness.StartAsync(settings: new() { ["AGENT_STATE_DIR"] = _door.State });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(restarted.Address, "/runs")) { Headers = { { "Cookie", cookie } } };
        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
        using var response = await plain.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(_door.State, "door-keys")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_wrong_token_opens_nothing_and_uses_nothing_up()
    {
        using var browser = Browser();

        using var wrong = await browser.GetAsync(new Uri("/login?token=guess", UriKind.Relative));
        using var right = await browser.GetAsync(Login());

        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_cookie_alone_may_look_but_not_act()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());

        using var look = await browser.GetAsync(new Uri("/runs", UriKind.Relative));
        using var act = await browser.PostAsync(new Uri("/runs", UriKind.Relative), JsonContent.Create(new { goal = "Describe it", workspace = "/tmp" }));

        look.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await act.ProblemAsync()).Code.ShouldBe("antiforgery");
    }

    [Fact]
    public async Task With_the_page_s_token_it_may_act()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());
        var page = await browser.GetStringAsync(new Uri("/console/new", UriKind.Relative));
        var token = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Groups[1].Value;

        using var request = new HttpRequestMessage(HttpMethod.Post, "/runs") { Content = JsonContent.Create(new { goal = "Describe it", workspace = "/tmp" }), Headers = { { "X-Antiforgery-Token", token } } };
        using var act = await browser.SendAsync(request);

        act.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_page_of_another_origin_gets_nothing_with_the_cookie()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor?id=x") { Headers = { { "Origin", "http://127.0.0.1:5000" } } };

        using var response = await browser.SendAsync(request);

        (await response.ProblemAsync()).Code.ShouldBe("other_origin");
    }

    [Fact]
    public async Task Signing_out_needs_the_form_s_token_too()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());

        using var bare = await browser.PostAsync(new Uri("/logout", UriKind.Relative), new FormUrlEncodedContent([]));
        using var still = await browser.GetAsync(new Uri("/runs", UriKind.Relative));

        bare.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("text/html", "text/html", "No such page")]
    [InlineData("application/json", "application/problem+json", "not_found")]
    public async Task An_address_that_names_nothing_is_told_to_people_and_programs_in_their_own_way(string accept, string type, string says)
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/console/nothing") { Headers = { { "Accept", accept } } };

        using var response = await browser.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        (await response.Content.ReadAsStringAsync()).ShouldContain(says);
    }

    [Fact]
    public async Task An_address_of_the_API_opened_in_the_browser_leads_to_its_page()
    {
        using var browser = Browser();
        using var login = await browser.GetAsync(Login());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/runs?state=failed") { Headers = { { "Accept", "text/html" } } };

        using var response = await browser.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        response.Headers.Location!.OriginalString.ShouldBe("/console/runs?state=failed");
    }

    Uri Login() => new("/login?token=" + _door.LoginToken, UriKind.Relative);

    HttpClient Browser() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = _door.Address };
}
