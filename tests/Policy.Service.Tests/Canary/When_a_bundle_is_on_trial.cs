using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Tests.Canary;

public sealed class When_a_bundle_is_on_trial : IAsyncDisposable
{
    readonly PolicyWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Services_hold_both_bundles_and_decide_by_the_run()
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();
        var enforced = await _world.EnforceAsync();

        var started = await StartAsync(client);

        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Canary is { Number: 1, Bundle: not null }));
        started.GetProperty("running").GetBoolean().ShouldBeTrue();
        started.GetProperty("started_by").GetString().ShouldBe("ada lovelace");
        enforced.For(null)!.Digest.ShouldBe(enforced.Value!.Digest);
        enforced.For(1)!.Digest.ShouldBe(started.GetProperty("digest").GetString());
        enforced.For(1)!.Digest.ShouldNotBe(enforced.Value.Digest);
        enforced.For(2).ShouldBeNull("a trial that is not known here has no bundle");
    }

    [Fact]
    public async Task A_stopped_trial_leaves_its_runs_to_the_current_bundle()
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();
        var enforced = await _world.EnforceAsync();
        await StartAsync(client);
        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Canary is { Bundle: not null }));

        (await client.PostAsJsonAsync("/policies/canary/stop", new { comment = "enough" })).StatusCode.ShouldBe(HttpStatusCode.OK);

        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Canary is { Number: 1, Bundle: null }));
        enforced.For(1)!.Digest.ShouldBe(enforced.Value!.Digest);
        (await StatusAsync(client)).GetProperty("reason").GetString().ShouldBe("enough");
    }

    [Fact]
    public async Task It_is_rolled_back_when_it_holds_its_runs_up_much_more()
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();
        var enforced = await _world.EnforceAsync();
        await StartAsync(client);

        await CountAsync(client, "executor-1", new CanaryReport(1, new(30, 5, 5), new(400, 5, 5)));
        (await StatusAsync(client)).GetProperty("running").GetBoolean().ShouldBeTrue("there are too few decisions yet");
        await CountAsync(client, "executor-1", new CanaryReport(1, new(30, 5, 5), new(400, 5, 5)));
        (await StatusAsync(client)).GetProperty("running").GetBoolean().ShouldBeTrue("the same report twice counts once");
        await CountAsync(client, "executor-2", new CanaryReport(1, new(20, 10, 10), new(0, 0, 0)));

        var status = await StatusAsync(client);
        status.GetProperty("state").GetString().ShouldBe("rolled_back");
        status.GetProperty("ended_by").GetString().ShouldBe("policy-service");
        status.GetProperty("reason").GetString()!.ShouldContain("Of 80 decisions on the canary 37.5");
        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Canary is { Number: 1, Bundle: null }));
        enforced.For(1)!.Digest.ShouldBe(enforced.Value!.Digest);
    }

    [Fact]
    public async Task A_restart_in_the_middle_keeps_it_with_what_was_counted()
    {
        _world.Write(PolicyWorld.Sound);
        using (var first = _world.Start())
        {
            await StartAsync(first);
            await CountAsync(first, "executor-1", new CanaryReport(1, new(40, 0, 0), new(60, 0, 0)));
        }

        await _world.StopAsync();
        using var second = _world.Start();
        var enforced = await _world.EnforceAsync();

        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Canary is { Number: 1, Bundle: not null }));
        var kept = await StatusAsync(second);
        kept.GetProperty("running").GetBoolean().ShouldBeTrue();
        kept.GetProperty("decisions").GetProperty("allowed").GetInt64().ShouldBe(40);
        await CountAsync(second, "executor-2", new CanaryReport(1, new(0, 30, 30), new(0, 0, 0)));
        (await StatusAsync(second)).GetProperty("state").GetString().ShouldBe("rolled_back");
        (await PolicyWorld.CurrentAsync(second)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_promoted_one_is_the_current_bundle_and_its_files_lie_in_the_directory()
    {
        _world.Write(PolicyWorld.Sound);
        Directory.CreateDirectory(Path.Combine(_world.Policies, "workspaces", "shop"));
        File.WriteAllText(Path.Combine(_world.Policies, "workspaces", "shop", "tools.yaml"), "rules: []\n");
        using var client = _world.Start();
        var enforced = await _world.EnforceAsync();
        var digest = (await StartAsync(client)).GetProperty("digest").GetString();

        var answer = await client.PostAsJsonAsync("/policies/canary/promote", new { });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await PolicyWorld.UntilAsync(() => Task.FromResult(enforced.Value?.Digest == digest && enforced.Canary is { Bundle: null }));
        enforced.For(1)!.Digest.ShouldBe(digest);
        File.ReadAllText(Path.Combine(_world.Policies, "tools.yaml")).ShouldBe(PolicyWorld.Other);
        File.Exists(Path.Combine(_world.Policies, "workspaces", "shop", "tools.yaml")).ShouldBeFalse();
        (await StatusAsync(client)).GetProperty("state").GetString().ShouldBe("promoted");
        await _world.StopAsync();
        using var again = _world.Start();
        (await PolicyWorld.CurrentAsync(again)).Digest.ShouldBe(digest);
    }

    [Fact]
    public async Task Files_that_say_the_same_promote_it_whoever_wrote_them()
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();
        await StartAsync(client);

        _world.Write(PolicyWorld.Other);
        await client.PostAsync("/policies/reload", null);

        (await StatusAsync(client)).GetProperty("state").GetString().ShouldBe("promoted");
    }

    [Theory]
    [InlineData(PolicyWorld.Broken, 0.1, HttpStatusCode.BadRequest, "anser")]
    [InlineData(PolicyWorld.Sound, 0.1, HttpStatusCode.Conflict, "says already")]
    [InlineData(PolicyWorld.Other, 0, HttpStatusCode.BadRequest, "share 0")]
    [InlineData(PolicyWorld.Other, 1, HttpStatusCode.BadRequest, "share 1")]
    public async Task What_can_not_be_tried_is_refused_with_the_reason(string tools, double share, HttpStatusCode code, string told)
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();

        var answer = await client.PostAsJsonAsync("/policies/canary", new { files = new Dictionary<string, string> { ["tools.yaml"] = tools }, share, source = "there" });

        answer.StatusCode.ShouldBe(code);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain(told);
        (await StatusAsync(client)).GetProperty("running").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Only_one_is_on_trial_at_a_time()
    {
        _world.Write(PolicyWorld.Sound);
        using var client = _world.Start();
        await StartAsync(client);

        var second = await client.PostAsJsonAsync("/policies/canary", new { files = new Dictionary<string, string> { ["tools.yaml"] = PolicyWorld.Other }, share = 0.5 });

        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public void Whoever_changes_share_or_end_of_a_trial_is_found_out()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var files = new Dictionary<string, string> { ["tools.yaml"] = PolicyWorld.Sound };
        var digest = Guardrails.PolicyBundle.Load(files, Guardrails.GuardrailSettings.None).Bundle!.Digest;
        var offer = CanaryOffer.Sign(1, true, 0.1, SignedBundle.Sign(digest, 2, files, "x", DateTimeOffset.UnixEpoch, key), key);

        offer.Open(key, Guardrails.GuardrailSettings.None).Bundle!.Digest.ShouldBe(digest);
        (offer with { Share = 0.9 }).Open(key, Guardrails.GuardrailSettings.None).Problem!.ShouldContain("not signed");
        (offer with { Running = false }).Open(key, Guardrails.GuardrailSettings.None).Problem!.ShouldContain("not signed");
        (offer with { Number = 2 }).Open(key, Guardrails.GuardrailSettings.None).Problem!.ShouldContain("not signed");
        (offer with { Bundle = null }).Open(key, Guardrails.GuardrailSettings.None).Problem!.ShouldContain("no bundle");
    }

    [Fact]
    public void A_run_is_among_the_share_or_not_whoever_asks()
    {
        var runs = Enumerable.Range(0, 4000).Select(_ => Guid.CreateVersion7()).ToList();

        var among = runs.Where(run => CanaryOffer.Includes(7, 0.1, run)).ToList();

        among.Count.ShouldBeInRange(300, 500);
        among.ShouldAllBe(run => CanaryOffer.Includes(7, 0.1, run) && CanaryOffer.Includes(7, 0.2, run));
        runs.Count(run => CanaryOffer.Includes(8, 0.1, run) && CanaryOffer.Includes(7, 0.1, run)).ShouldBeLessThan(100);
    }

    static async Task<JsonElement> StartAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/policies/canary")
        {
            Content = JsonContent.Create(new { files = new Dictionary<string, string> { ["tools.yaml"] = PolicyWorld.Other }, share = 0.1, source = "/srv/policies-next" }),
        };
        request.Headers.Add("X-Agent-Principal", "ada%20lovelace");
        var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    static async Task CountAsync(HttpClient client, string instance, CanaryReport report) =>
        (await client.PutAsJsonAsync($"/canary/counts/{instance}", report, ContractJson.Options)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

    static async Task<JsonElement> StatusAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/policies/canary");
}
