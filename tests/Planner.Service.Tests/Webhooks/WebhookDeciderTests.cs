using Agent.Contracts;
using Agent.Journal.Webhooks;
using Agent.Planner.Service.Tests.Runs;
using Agent.Planner.Service.Webhooks;

namespace Agent.Planner.Service.Tests.Webhooks;

public class WebhookDeciderTests
{
    static readonly DateTimeOffset Now = TestRun.Start + TimeSpan.FromHours(1);
    static readonly Webhook Hook = new(Guid.CreateVersion7(), "ci", "https://ci.example.com/", Webhook.AllEnds, false, "secret", "ada", TestRun.Start);

    [Fact]
    public void Owed_SameRunAndWebhook_HasTheSameIdAndBodyWheneverItIsFoundOut()
    {
        var run = new TestRun().Append(new RunEnded(RunPhase.Stopped, StopReason.Budget, "", "why"));

        var first = WebhookDecider.Owed(run.State, [Hook], Now).Single();
        var later = WebhookDecider.Owed(run.State, [Hook], Now + TimeSpan.FromDays(1)).Single();

        (later.Id, later.Body, later.Event).ShouldBe((first.Id, first.Body, "run.stopped"));
    }

    [Fact]
    public void Owed_OpenRunOrOneThatEndedBefore_IsNothing()
    {
        var run = new TestRun();
        WebhookDecider.Owed(run.State, [Hook], Now).ShouldBeEmpty();

        run.Append(new RunEnded(RunPhase.Failed, StopReason.Policy, ""));

        WebhookDecider.Owed(run.State, [Hook with { AddedAt = TestRun.Start + TimeSpan.FromSeconds(1) }], Now).ShouldBeEmpty();
    }

    [Fact]
    public void After_TriesThatFail_PausesLongerEachTimeAndGivesUpAtTheLast()
    {
        var options = new WebhookOptions { MaxTries = 4, FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromSeconds(20) };
        var delivery = new WebhookDelivery("d", Hook.Id, "ci", null, "test", "{}", Now, DeliveryState.Pending, 0, Now);
        var pauses = new List<double>();

        while (delivery.State == DeliveryState.Pending)
        {
            delivery = WebhookDecider.After(delivery, new WebhookTry(500, "It answered 500."), Now, options);
            pauses.Add((delivery.NextAt - Now).TotalSeconds);
        }

        (delivery.State, delivery.Tries, delivery.Status).ShouldBe((DeliveryState.Failed, 4, 500));
        pauses[..3].ShouldBe([5, 15, 20]);
    }

    [Fact]
    public void After_Gone_GivesUpAtOnce()
    {
        var delivery = new WebhookDelivery("d", Hook.Id, "ci", null, "test", "{}", Now, DeliveryState.Pending, 0, Now);

        WebhookDecider.After(delivery, new WebhookTry(410, "It answered 410."), Now, new WebhookOptions()).State.ShouldBe(DeliveryState.Failed);
    }
}
