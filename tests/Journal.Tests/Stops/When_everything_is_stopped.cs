using Agent.Journal.Stops;
using Agent.TestKit;

namespace Agent.Journal.Tests.Stops;

public class When_everything_is_stopped
{
    [Theory, OnBothServers]
    public async Task It_stays_so_until_lifted_and_the_record_names_who_did_what(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (here, elsewhere) = (Of(world.Another()), Of(world.Another()));

        (await here.ReadAsync()).ShouldBe(KillSwitchState.NeverEngaged);
        var engaged = await here.EngageAsync("ada", "something is wrong");
        var again = await elsewhere.EngageAsync("grace", null);
        var read = await elsewhere.ReadAsync();
        var lifted = await elsewhere.LiftAsync("grace", "mended");
        var next = await here.EngageAsync("ada", null);

        (engaged.IsEngaged, engaged.Epoch, engaged.Principal).ShouldBe((true, 1, "ada"));
        again.ShouldBe(engaged);
        read.ShouldBe(engaged);
        (lifted.IsEngaged, lifted.Epoch, lifted.Principal).ShouldBe((false, 1, "grace"));
        next.Epoch.ShouldBe(2);
        (await here.RecordAsync(10)).Select(one => (one.IsEngaged, one.Epoch, one.Comment)).ShouldBe([(true, 2, null), (false, 1, "mended"), (true, 1, "something is wrong")]);
    }

    [Theory, OnBothServers]
    public async Task Of_many_who_do_it_at_once_one_is_named(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);

        var states = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Of(world.Another()).EngageAsync($"operator-{number}", null)));

        states.Distinct().ShouldHaveSingleItem().Epoch.ShouldBe(1);
        (await Of(world.Another()).RecordAsync(10)).Count.ShouldBe(1);
    }

    [Theory, OnBothServers]
    public async Task Others_hear_of_it_and_say_what_they_do(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (here, elsewhere) = (Of(world.Another()), Of(world.Another()));
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = await elsewhere.OnChangedAsync(() => heard.TrySetResult(), TestContext.Current.CancellationToken);

        await here.EngageAsync("ada", null);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var word = new StopAcknowledgement("executor/1", 1, true, 2, DateTimeOffset.UnixEpoch);
        await elsewhere.AcknowledgeAsync(word);
        await elsewhere.AcknowledgeAsync(word with { InFlight = 0 });

        (await here.AcknowledgementsAsync()).ShouldBe([word with { InFlight = 0 }]);
    }

    static KillSwitch Of((Resp.RespConnection Connection, Resp.RespSubscriber Subscriber, RunJournal Journal) process) => new(process.Connection, process.Subscriber, TimeProvider.System);
}
