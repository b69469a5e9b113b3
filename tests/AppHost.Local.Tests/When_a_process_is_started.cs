using Microsoft.Extensions.Configuration;

namespace Agent.AppHost.Local.Tests;

public class When_a_process_is_started
{
    [Fact]
    public async Task It_is_told_what_it_refers_to_and_not_what_the_host_was_told()
    {
        await using var world = new World();
        world.Builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1,password=p";
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", "http://127.0.0.1:9");
        try
        {
            world.Script("worker", "env > told.part; mv told.part told; exec sleep 100")
                .WithReference(world.Builder.AddConnectionString("redis"))
                .WithEnvironment("AGENT_WORKSPACE", "/somewhere");
            await world.StartAsync();

            var told = (await world.FileAsync("told", text => text.Length > 0)).Split('\n');

            told.ShouldContain("ConnectionStrings__redis=127.0.0.1:1,password=p");
            told.ShouldContain("AGENT_WORKSPACE=/somewhere");
            told.ShouldContain("OTEL_SERVICE_NAME=worker");
            told.ShouldNotContain(line => line.StartsWith("ASPNETCORE_URLS=", StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_URLS", null);
        }
    }

    [Fact]
    public async Task It_waits_for_what_it_was_told_to_wait_for()
    {
        await using var world = new World();
        var first = world.Script("first", "echo up > first; exec sleep 100");
        world.Script("second", "cat first > second; exec sleep 100").WaitFor(first);

        await world.StartAsync();

        await world.FileAsync("second", _ => true);
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var builder = DistributedApplication.CreateBuilder([]);

        Should.Throw<DistributedApplicationException>(() => builder.AddConnectionString("nowhere")).Message.ShouldContain("ConnectionStrings__nowhere");
    }

    [Fact]
    public void Two_resources_of_one_name_are_refused()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        builder.AddExecutable("worker", "true", "/");

        Should.Throw<DistributedApplicationException>(() => builder.AddExecutable("worker", "true", "/")).Message.ShouldContain("worker");
    }
}
