using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Agent.Guardrails;

namespace Agent.Policy.Service.Tests.Bundles;

public class When_a_bundle_is_asked_for
{
    [Fact]
    public async Task It_is_signed_by_the_key_whose_public_half_lies_in_the_state_directory()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();

        var signed = await PolicyWorld.CurrentAsync(client);

        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(world.State, "policy", "bundle-key.pub.pem")));
        var (bundle, problem) = signed.Open(key, GuardrailSettings.None);
        problem.ShouldBeNull();
        bundle!.Digest.ShouldBe(signed.Digest);
        File.GetUnixFileMode(Path.Combine(world.State, "policy", "bundle-key.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_known_digest_is_answered_with_not_modified()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var signed = await PolicyWorld.CurrentAsync(client);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/bundles/current");
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{signed.Digest}\""));
        using var response = await client.SendAsync(again);

        response.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_question_that_waits_is_answered_by_the_next_bundle()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var signed = await PolicyWorld.CurrentAsync(client);
        using var waiting = Waiting(signed.Digest, "wait=20");

        var answer = client.SendAsync(waiting);
        world.Write(PolicyWorld.Other);
        using var response = await answer;

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.ETag!.Tag.ShouldNotBe($"\"{signed.Digest}\"");
    }

    [Fact]
    public async Task A_question_that_waited_in_vain_is_answered_with_not_modified()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var signed = await PolicyWorld.CurrentAsync(client);
        using var waiting = Waiting(signed.Digest, "respond-async, wait=1");

        using var response = await client.SendAsync(waiting);

        response.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        response.Headers.GetValues("Preference-Applied").ShouldBe(["wait=1"]);
    }

    static HttpRequestMessage Waiting(string digest, string preference)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/bundles/current");
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{digest}\""));
        request.Headers.Add("Prefer", preference);
        return request;
    }

    [Fact]
    public async Task Nobody_gets_it_without_the_internal_key()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();

        using var stranger = new HttpClient { BaseAddress = world.Address };
        using var response = await stranger.GetAsync(new Uri("/bundles/current", UriKind.Relative));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
