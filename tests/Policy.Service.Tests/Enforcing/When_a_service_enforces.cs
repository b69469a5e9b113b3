using Agent.Guardrails;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Policy.Service.Tests.Enforcing;

public class When_a_service_enforces
{
    static readonly ToolRequest Read = new() { Tool = "read_file", Effect = EffectStrength.Pure, ArgumentsJson = "{}", WorkspaceRoot = "/workspace" };

    [Fact]
    public async Task It_takes_the_bundle_and_every_change()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        var current = await world.EnforceAsync();
        await PolicyWorld.UntilAsync(() => Task.FromResult(current.Value?.Decide(Read).Ruling == Ruling.Allow));

        world.Write(PolicyWorld.Other);
        await PolicyWorld.UntilAsync(() => Task.FromResult(current.Value!.Decide(Read).Ruling == Ruling.Ask));

        current.Version.ShouldBe(2);
    }

    [Fact]
    public async Task It_keeps_the_last_bundle_while_the_policy_service_is_away()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        var current = await world.EnforceAsync();
        await PolicyWorld.UntilAsync(() => Task.FromResult(current.Value is not null));

        await world.StopAsync();

        current.Value!.Decide(Read).Ruling.ShouldBe(Ruling.Allow);
    }

    [Fact]
    public async Task Started_again_while_the_policy_service_is_away_it_enforces_what_it_did()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        var before = await world.EnforceAsync();
        await PolicyWorld.UntilAsync(() => Task.FromResult(before.Value is not null && Directory.Exists(Path.Combine(world.State, "enforced"))));
        await world.StopAsync();

        var after = await world.EnforceAsync();
        await PolicyWorld.UntilAsync(() => Task.FromResult(after.Value is not null));

        after.Value!.Digest.ShouldBe(before.Value!.Digest);
        after.Version.ShouldBe(before.Version);
    }

    [Fact]
    public async Task What_was_changed_where_it_was_kept_is_not_enforced()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        var before = await world.EnforceAsync();
        await PolicyWorld.UntilAsync(() => Task.FromResult(before.Value is not null && Directory.Exists(Path.Combine(world.State, "enforced"))));
        await world.StopAsync();
        var file = Directory.GetFiles(Path.Combine(world.State, "enforced"), "*.json").ShouldHaveSingleItem();
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("[read_file]", "[*]", StringComparison.Ordinal));

        var asked = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var away = builder.Build();
        away.MapGet("/bundles/current", () =>
        {
            Interlocked.Increment(ref asked);
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        });
        await away.StartAsync();

        var after = await world.EnforceAsync(address: away.Urls.Single());
        await PolicyWorld.UntilAsync(() => Task.FromResult(asked >= 3));

        after.Value.ShouldBeNull();
    }

    [Fact]
    public async Task It_takes_nothing_that_another_key_signed()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        await using var stranger = new PolicyWorld();
        stranger.Write(PolicyWorld.Sound);
        stranger.Start();
        world.Start();
        var asked = new TaskCompletionSource();

        var current = await world.EnforceAsync(state: stranger.State);
        _ = Task.Delay(TimeSpan.FromSeconds(1.2)).ContinueWith(_ => asked.SetResult(), TaskScheduler.Default);
        await asked.Task;

        current.Value.ShouldBeNull();
    }

    [Fact]
    public async Task A_network_switched_off_where_it_runs_stays_off()
    {
        await using var world = new PolicyWorld();
        world.Write("rules:\n  - { id: net, answer: allow, reason: r, tools: [http_get] }\n");
        await File.WriteAllTextAsync(Path.Combine(world.Policies, "network.yaml"), "rules:\n  - { id: all, answer: allow, reason: r, hosts: [\"*\"] }\n");
        world.Start();

        var current = await world.EnforceAsync(allowNetwork: "false");
        await PolicyWorld.UntilAsync(() => Task.FromResult(current.Value is not null));

        current.Value!.Decide(ToolRequests.ForUrl("GET", "https://example.com/", "/workspace")).Rule.ShouldBe("allow-net-off");
    }
}
