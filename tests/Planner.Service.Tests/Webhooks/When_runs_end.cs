using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Webhooks;
using Agent.Planner.Service.Tests.Flows;

namespace Agent.Planner.Service.Tests.Webhooks;

public sealed class When_runs_end
{
    const string Secret = "whsec_0123456789abcdef";

    const string ThisMachine = """
        rules:
          - { id: hooks-by-name, answer: ask, reason: The test's receiver., hosts: [127.0.0.1] }
          - { id: hooks, answer: ask, reason: The test's receiver., hosts: [127.0.0.1], cidrs: [127.0.0.0/8] }
        """;

    [Fact]
    public async Task A_receiver_that_fails_at_first_is_told_again_signed_and_under_one_id()
    {
        await using var receiver = await Receiver.StartAsync(500, 503);
        await using var world = await PlannerWorld.StartAsync(planners: 2, network: ThisMachine);
        var hook = await AddAsync(world, receiver.Url);

        var run = await world.UntilEndAsync(await world.SubmitAsync());
        var delivery = await OverAsync(world, hook);

        (delivery.State, delivery.Tries, delivery.Status, delivery.Error).ShouldBe((DeliveryState.Delivered, 3, 204, null));
        receiver.All.Count.ShouldBe(3);
        receiver.All.Select(told => told.Delivery).Distinct().ShouldBe([delivery.Id]);
        receiver.All.ShouldAllBe(told => told.Event == "run.succeeded" && IsSigned(told));
        var body = JsonElement.Parse(receiver.All.First().Body);
        (body.GetProperty("run_id").GetGuid(), body.GetProperty("state").GetString(), body.GetProperty("journal_head").GetString(), body.GetProperty("delivery_id").GetString())
            .ShouldBe((run.RunId, "succeeded", run.Head.Hash, delivery.Id));
        receiver.All.First().Body.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_planner_that_is_gone_between_two_tries_is_followed_by_another()
    {
        await using var receiver = await Receiver.StartAsync(500);
        await using var world = await PlannerWorld.StartAsync(network: ThisMachine);
        var hook = await AddAsync(world, receiver.Url);
        await world.SubmitAsync();
        await receiver.NextAsync();

        await world.StopPlannersAsync();
        receiver.All.Count.ShouldBeLessThanOrEqualTo(2);
        await world.AddPlannerAsync(7);
        var delivery = await OverAsync(world, hook);

        delivery.State.ShouldBe(DeliveryState.Delivered);
        receiver.All.Select(told => told.Delivery).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_end_that_no_planner_has_looked_at_is_told_by_the_next()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var world = await PlannerWorld.StartAsync(network: ThisMachine);
        var hook = await AddAsync(world, receiver.Url);
        await world.StopPlannersAsync();
        var runId = await world.SubmitAsync(hint: false);
        await world.AppendAsync(runId, new RunEnded(RunPhase.Failed, StopReason.Infrastructure, "# Report", "why"));

        await world.AddPlannerAsync(7);
        var delivery = await OverAsync(world, hook);

        (delivery.RunId, delivery.Event, delivery.State).ShouldBe((runId, "run.failed", DeliveryState.Delivered));
    }

    [Fact]
    public async Task An_address_that_policy_closes_is_not_reached_and_given_up_in_the_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var world = await PlannerWorld.StartAsync(network: "rules:\n  - { id: all, answer: allow, reason: Public ones., hosts: [\"*\"] }\n");
        var hook = await AddAsync(world, receiver.Url);

        await world.UntilEndAsync(await world.SubmitAsync());
        var delivery = await OverAsync(world, hook);

        (delivery.State, delivery.Tries, delivery.Status).ShouldBe((DeliveryState.Failed, 4, null));
        delivery.Error.ShouldNotBeNull().ShouldContain("127.0.0.1 is a loopback address");
        receiver.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_those_are_told_who_want_to_be()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var world = await PlannerWorld.StartAsync(network: ThisMachine);
        var before = await world.UntilEndAsync(await world.SubmitAsync());
        await AddAsync(world, receiver.Url, "failures", ends: [RunPhase.Failed]);
        await AddAsync(world, receiver.Url, "named", onlyNamed: true);
        var hook = await AddAsync(world, receiver.Url, "last");

        await world.UntilEndAsync(await world.SubmitAsync());
        var named = await world.UntilEndAsync(await world.SubmitAsync(submitted: new RunSubmitted("Do it", "/workspace", "ada", Webhook: "named")));
        for (var told = 0; told < 3; told++)
        {
            await receiver.NextAsync();
        }

        await UntilAsync(world, hook, deliveries => deliveries.Count(delivery => delivery.State == DeliveryState.Delivered) == 2);
        receiver.All.Count.ShouldBe(3);
        receiver.All.Count(told => told.Body.Contains(named.RunId.ToString(), StringComparison.Ordinal)).ShouldBe(2);
        receiver.All.ShouldAllBe(told => !told.Body.Contains(before.RunId.ToString(), StringComparison.Ordinal));
    }

    static async Task<Webhook> AddAsync(PlannerWorld world, string url, string name = "ci", IReadOnlyList<RunPhase>? ends = null, bool onlyNamed = false)
    {
        var hook = new Webhook(Guid.CreateVersion7(), name, url, ends ?? Webhook.AllEnds, onlyNamed, Secret, "ada", TimeProvider.System.GetUtcNow());
        (await world.Webhooks.AddAsync(name, hook, "ada", TestContext.Current.CancellationToken)).ShouldBeTrue();
        return hook;
    }

    static async Task<WebhookDelivery> OverAsync(PlannerWorld world, Webhook hook) =>
        (await UntilAsync(world, hook, deliveries => deliveries is [{ State: not DeliveryState.Pending }])).Single();

    static async Task<IReadOnlyList<WebhookDelivery>> UntilAsync(PlannerWorld world, Webhook hook, Func<IReadOnlyList<WebhookDelivery>, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var deliveries = await world.Deliveries.OfAsync(hook.Id, patience.Token);
            if (reached(deliveries))
            {
                return deliveries;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>As a receiver checks it.</summary>
    static bool IsSigned(Told told)
    {
        var parts = told.Signature.Split(',').Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1]);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{told.Body}"));
        return parts["v1"] == Convert.ToHexStringLower(mac) && Math.Abs(long.Parse(parts["t"], CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) < 120;
    }
}
