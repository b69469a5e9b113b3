using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Agent.Policy.Service.Tests.Reload;

public class When_the_files_change
{
    [Fact]
    public async Task A_sound_change_becomes_the_next_version_by_itself()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var before = await PolicyWorld.CurrentAsync(client);

        world.Write(PolicyWorld.Other);

        await PolicyWorld.UntilAsync(async () => (await PolicyWorld.CurrentAsync(client)).Version == before.Version + 1);
    }

    [Fact]
    public async Task A_hangup_has_them_read_again_and_ends_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals here.");
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();

        using var kill = Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);

        await PolicyWorld.UntilAsync(() => Task.FromResult(world.Said.Contains("Reading the policies again: SIGHUP")));
        (await PolicyWorld.CurrentAsync(client)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_malformed_change_replaces_nothing_and_shows_on_every_surface()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var before = await PolicyWorld.CurrentAsync(client);

        world.Write(PolicyWorld.Broken);
        using var response = await client.PostAsync(new Uri("/policies/reload", UriKind.Relative), null);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var status = await PolicyWorld.StatusAsync(client);
        status.GetProperty("valid").GetBoolean().ShouldBeFalse();
        status.GetProperty("digest").GetString().ShouldBe(before.Digest);
        status.GetProperty("mistakes")[0].GetProperty("line").GetInt32().ShouldBe(2);
        (await PolicyWorld.CurrentAsync(client)).Digest.ShouldBe(before.Digest);
        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        JsonDocument.Parse(await health.Content.ReadAsStringAsync()).RootElement.GetProperty("checks").GetProperty("policies").GetProperty("status").GetString().ShouldBe("degraded");
    }

    [Fact]
    public async Task A_change_of_layout_alone_is_no_new_version()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var client = world.Start();
        var before = await PolicyWorld.CurrentAsync(client);

        world.Write("# the same\n" + PolicyWorld.Sound);
        using var response = await client.PostAsync(new Uri("/policies/reload", UriKind.Relative), null);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PolicyWorld.CurrentAsync(client)).Version.ShouldBe(before.Version);
    }
}
