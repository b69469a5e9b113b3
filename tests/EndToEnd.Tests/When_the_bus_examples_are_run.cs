using Agent.EndToEnd.Tests.Harness;
using Agent.TestKit;

namespace Agent.EndToEnd.Tests;

/// <summary>As examples/bus/README.md says: the same program, one setting.</summary>
[Collection(SharedRabbit.Collection)]
public class When_the_bus_examples_are_run(SharedRabbit rabbit)
{
    [Theory]
    [InlineData("Garnet")]
    [InlineData("Redis")]
    [InlineData("RabbitMQ")]
    public async Task A_request_has_one_of_two_answers(string server)
    {
        var output = await RunAsync("RequestResponse", await BusAsync(server));

        output.ShouldContain("apple: 0.40 (");
        output.ShouldContain("pear: 0.55 (");
        output.ShouldContain("unicorn: not sold, there are none (");
    }

    [Theory]
    [InlineData("Garnet")]
    [InlineData("Redis")]
    [InlineData("RabbitMQ")]
    public async Task A_saga_ships_what_was_paid_after_a_worker_failed_once(string server)
    {
        var output = await RunAsync("OrderSaga", await BusAsync(server));

        output.ShouldContain("""
            placed apple
            paid apple
            packed apple, at try 2
            shipped apple
            placed pear
            paid pear
            packed pear, at try 1
            shipped pear
            """);
    }

    async Task<string> BusAsync(string server)
    {
        if (server == "RabbitMQ")
        {
            return rabbit.ConnectionString;
        }

        var kind = Enum.Parse<ServerKind>(server);
        var found = await SharedServers.FindAsync(kind);
        Assert.SkipWhen(found is null, SharedServers.Missing(kind));
        return found.ConnectionString;
    }

    static async Task<string> RunAsync(string example, string bus)
    {
        await using var program = StartedProgram.Start(Repository.Example(example), [], new Dictionary<string, string?> { ["BUS"] = bus });
        var ended = await program.EndAsync(SuiteWorld.Patience);
        ended.ExitCode.ShouldBe(0, ended.Error + ended.Output);
        return ended.Output;
    }
}
