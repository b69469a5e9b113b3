using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Access;

public class When_people_have_keys_of_their_own(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    readonly string _name = "p" + Guid.CreateVersion7().ToString("N")[20..];

    [Fact]
    public async Task A_key_opens_under_its_name_until_it_is_revoked_and_both_are_logged()
    {
        using var person = await PersonAsync(_name, "operator");
        using var look = await person.GetAsync(Path("runs"));
        look.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var revoked = await _door.Client.PostAsync(Path($"keys/{_name}/revoke"), null);
        using var after = await person.GetAsync(Path("runs"));
        using var again = await _door.Client.PostAsync(Path($"keys/{_name}/revoke"), null);

        revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        after.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await again.ProblemAsync()).Code.ShouldBe("unknown_key");
        (await _door.GetAsync("operator-log")).GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("subject").GetString() == _name).Select(entry => (entry.GetProperty("action").GetString(), entry.GetProperty("principal").GetString()))
            .ShouldBe([("key_revoked", "local"), ("key_added", "local")]);
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        using var person = await PersonAsync(_name, "viewer");

        using var second = await AddAsync(_name.ToUpperInvariant(), "viewer");
        using var local = await AddAsync("Local", "viewer");
        using var nameless = await AddAsync("a b", "viewer");
        using var wrong = await AddAsync(_name + "2", "king");

        (await second.ProblemAsync()).Code.ShouldBe("name_taken");
        (await local.ProblemAsync()).Code.ShouldBe("name_taken");
        (await nameless.ProblemAsync()).Code.ShouldBe("invalid_name");
        (await wrong.ProblemAsync()).Code.ShouldBe("invalid_role");
    }

    [Theory]
    [InlineData("viewer", "runs/{0}/pause", false)]
    [InlineData("operator", "runs/{0}/pause", true)]
    [InlineData("approver", "runs/{0}/pause", false)]
    [InlineData("operator", "runs/{0}/approvals/push.1%231", false)]
    [InlineData("approver", "runs/{0}/approvals/push.1%231", true)]
    [InlineData("operator", "standing-approvals", false)]
    [InlineData("approver", "keys", false)]
    [InlineData("admin", "runs/{0}/pause", true)]
    public async Task A_role_opens_what_it_is_for(string role, string route, bool opens)
    {
        var runId = await WaitingAsync();
        using var person = await PersonAsync(_name, role);

        using var answer = await person.PostAsync(Path(string.Format(route, runId)), JsonContent.Create(new { approve = false }));

        if (opens)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }
        else
        {
            var problem = await answer.ProblemAsync();
            problem.Status.ShouldBe(403);
            problem.Code.ShouldBe("role_missing");
            problem.Detail.ShouldContain(_name);
        }
    }

    [Fact]
    public async Task Where_two_must_agree_the_same_person_twice_is_one()
    {
        var runId = await WaitingAsync(approvers: 2);
        using var ada = await PersonAsync(_name + "a", "approver");
        using var bob = await PersonAsync(_name + "b", "approver");

        foreach (var who in (HttpClient[])[ada, ada])
        {
            using var yes = await who.PostAsync(Path($"runs/{runId}/approvals/push.1%231"), JsonContent.Create(new { approve = true }));
            ((int)yes.StatusCode).ShouldBe(202);
        }

        var half = await _door.GetAsync($"runs/{runId}/approvals/push.1%231");
        half.GetProperty("state").GetString().ShouldBe("pending");
        half.GetProperty("answers").GetArrayLength().ShouldBe(1);
        using var second = await bob.PostAsync(Path($"runs/{runId}/approvals/push.1%231"), JsonContent.Create(new { approve = true }));
        (await _door.GetAsync($"runs/{runId}/approvals/push.1%231")).GetProperty("state").GetString().ShouldBe("approved");
    }

    [Fact]
    public async Task The_second_of_two_must_have_seen_what_the_first_has_written()
    {
        var runId = await WaitingAsync(approvers: 2);
        using var ada = await PersonAsync(_name + "a", "approver");
        using var bob = await PersonAsync(_name + "b", "approver");
        using var edited = await ada.PostAsync(Path($"runs/{runId}/approvals/push.1%231"), JsonContent.Create(new { approve = true, arguments = new { argv = (string[])["git", "status"] } }));

        using var blind = await bob.PostAsync(Path($"runs/{runId}/approvals/push.1%231"), JsonContent.Create(new { approve = true }));
        var seen = (await _door.GetAsync($"runs/{runId}/approvals/push.1%231")).GetProperty("digest").GetString();
        using var seeing = await bob.PostAsync(Path($"runs/{runId}/approvals/push.1%231"), JsonContent.Create(new { approve = true, digest = seen }));

        (await blind.ProblemAsync()).Code.ShouldBe("question_changed");
        seeing.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _door.GetAsync($"runs/{runId}/approvals/push.1%231")).GetProperty("state").GetString().ShouldBe("approved");
    }

    [Fact]
    public async Task The_console_opens_with_a_key_under_its_name_and_closes_when_it_is_revoked()
    {
        using var added = await AddAsync(_name, "approver");
        var key = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = _door.Address };

        using var wrong = await browser.PostAsync(Path("login"), new FormUrlEncodedContent([new("key", "guess")]));
        using var login = await browser.PostAsync(Path("login"), new FormUrlEncodedContent([new("key", key)]));
        var page = await browser.GetStringAsync(Path("console/approvals"));
        using var revoked = await _door.Client.PostAsync(Path($"keys/{_name}/revoke"), null);
        using var after = await browser.GetAsync(Path("runs"));

        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        login.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.ShouldContain(_name);
        after.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    async Task<HttpClient> PersonAsync(string name, string role)
    {
        using var added = await AddAsync(name, role);
        added.StatusCode.ShouldBe(HttpStatusCode.OK);
        return DoorHarness.Knocking(_door.Address, (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
    }

    Task<HttpResponseMessage> AddAsync(string name, string role) => _door.Client.PostAsync(Path("keys"), JsonContent.Create(new { name, roles = (string[])[role] }));

    Task<Guid> WaitingAsync(int approvers = 1) => _door.AppendAsync([.. SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow().AddMinutes(5))
        .Select(happened => happened is ApprovalRequested asked ? asked with { Approvers = approvers } : happened)]);

    static Uri Path(string path) => new(path, UriKind.Relative);
}
