
namespace Agent.AppHost.Local.Tests;

public class When_the_host_stops
{
    [Fact]
    public async Task Nothing_is_left_even_of_what_will_not_end()
    {
        await using var world = new World();
        world.Script("polite", "echo up > polite; exec sleep 100");
        world.Script("deaf", "trap '' TERM; echo up > deaf; while true; do sleep 100 & wait; done");
        var application = await world.StartAsync();
        await world.FileAsync("polite", text => text.Length > 0);
        await world.FileAsync("deaf", text => text.Length > 0);
        var ids = application.Runners.Select(runner => runner.ProcessId!.Value).ToList();

        await application.StopAsync().WaitAsync(World.Patience, TestContext.Current.CancellationToken);

        ids.ShouldAllBe(id => !Directory.Exists($"/proc/{id}"));

        // The embedded store must not be taken for closed in order when it was killed in the middle of a write.
        application.EndedInOrder.ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_still_waiting_to_start_never_does()
    {
        await using var world = new World();
        var slow = world.Script("slow", "exec sleep 100").WithHttpEndpoint();
        world.Script("after", "echo up > after; exec sleep 100").WaitFor(slow);
        var application = await world.StartAsync();

        await application.StopAsync();

        File.Exists(world.PathOf("after")).ShouldBeFalse();
        await Should.ThrowAsync<OperationCanceledException>(application.ResourceNotifications.WaitForResourceHealthyAsync("after"));
    }
}
