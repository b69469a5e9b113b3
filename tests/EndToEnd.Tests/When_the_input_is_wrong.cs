using System.Net;
using System.Net.Sockets;
using Agent.EndToEnd.Tests.Harness;
using Agent.TestKit;

namespace Agent.EndToEnd.Tests;

/// <summary>One clear message with the cause and the cure, the right exit code, no stack trace, no process left.</summary>
public class When_the_input_is_wrong
{
    [Fact]
    public async Task A_missing_workspace_is_named()
    {
        await using var world = new SuiteWorld();

        var ended = await world.AppHostAsync("run", "Count files", "--workspace", "/no/such/directory", "--port", "0");

        ended.ShouldRefuse(2, "/no/such/directory does not exist", "--workspace");
    }

    [Fact]
    public async Task An_unreadable_workspace_is_named()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root can read every directory");
        await using var world = new SuiteWorld();
        world.LockWorkspace();

        var ended = await world.RunAsync("Count files");

        ended.ShouldRefuse(2, "can not be read");
    }

    [Fact]
    public async Task An_empty_goal_is_refused()
    {
        await using var world = new SuiteWorld();

        (await world.RunAsync(" ")).ShouldRefuse(2, "The goal is empty");
    }

    [Fact]
    public async Task A_goal_the_offline_model_does_not_know_says_what_it_can_do_and_how_to_set_a_model()
    {
        await using var world = new SuiteWorld();

        var ended = await world.RunAsync("Compose a fugue in D minor", "--json");

        ended.ExitCode.ShouldBe(2, ended.Error);
        ended.Output.ShouldContain("\"invalid_goal\"");
        ended.Output.ShouldContain("Describe this repository");
        ended.Output.ShouldContain("OPENAI_BASE_URL");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_another_to_take()
    {
        await using var world = new SuiteWorld();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var ended = await world.AppHostAsync("--port", $"{port}");

        ended.ShouldRefuse(2, $"Port {port} is taken", $"--port {port + 1}");
    }

    [Fact]
    public async Task A_redis_that_is_not_there_is_named()
    {
        await using var world = new SuiteWorld();
        world.Environment["ConnectionStrings__redis"] = "127.0.0.1:1";

        (await world.RunAsync("Count files")).ShouldRefuse(8, "ConnectionStrings__redis", "127.0.0.1:1");
    }

    [Theory]
    [InlineData("memory", null, 2, "Bus__Transport is 'memory'")]
    [InlineData("rabbitmq", null, 2, "ConnectionStrings__rabbitmq is not set")]
    [InlineData("rabbitmq", "127.0.0.1:5672", 2, "ConnectionStrings__rabbitmq is not the address of a RabbitMQ")]
    [InlineData("rabbitmq", "amqp://guest:secret@127.0.0.1:1/", 8, "RabbitMQ at 127.0.0.1:1")]
    public async Task A_bus_that_can_not_be_used_is_named(string transport, string? address, int exitCode, string named)
    {
        await using var world = new SuiteWorld();
        world.Environment["Bus__Transport"] = transport;
        world.Environment["ConnectionStrings__rabbitmq"] = address;

        var ended = await world.RunAsync("Count files");

        ended.ShouldRefuse(exitCode, named);
        ended.Error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_redis_address_that_is_none_is_named()
    {
        await using var world = new SuiteWorld();
        world.Environment["ConnectionStrings__redis"] = "127.0.0.1:notaport";

        (await world.RunAsync("Count files")).ShouldRefuse(2, "ConnectionStrings__redis", "notaport");
    }

    [Fact]
    public async Task A_wrong_password_is_named()
    {
        await using var server = await RedisServer.TryStartRedisAsync(["--requirepass", "right"]);
        Assert.SkipWhen(server is null, "redis-server is not installed");
        await using var world = new SuiteWorld();
        world.Environment["ConnectionStrings__redis"] = server!.ConnectionString.Split(',')[0] + ",password=wrong";

        var ended = await world.RunAsync("Count files");

        ended.ShouldRefuse(8, "ConnectionStrings__redis", "password");
        ended.Error.ShouldNotContain("=wrong");
    }

    [Fact]
    public async Task A_malformed_policy_file_stops_the_start_with_file_and_line()
    {
        await using var world = new SuiteWorld();
        CopyPolicies(world);
        world.Write("policies/tools.yaml", "version: 1\nrules:\n  - id: broken\n    answer: maybe\n    reason: none\n");
        world.Environment["AGENT_POLICY_DIR"] = Path.Combine(world.State, "..", "policies");

        (await world.RunAsync("Count files")).ShouldRefuse(2, "tools.yaml:4", "maybe");
    }

    [Fact]
    public async Task A_malformed_endpoints_file_stops_the_start()
    {
        await using var world = new SuiteWorld();
        world.Environment["AGENT_MCP_ENDPOINTS"] = world.Write("mcp_endpoints.json", "{ \"endpoints\": [");

        (await world.RunAsync("Count files")).ShouldRefuse(2, "mcp_endpoints.json");
    }

    [Fact]
    public async Task An_mcp_command_that_does_not_exist_harms_nothing_else_and_is_told()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        world.Environment["AGENT_MCP_ENDPOINTS"] = world.Write("mcp_endpoints.json", """{"endpoints":{"ghost":{"command":"/no/such/mcp-server"}}}""");
        await using var suite = await world.StartSuiteAsync();

        var run = await suite.EndOfAsync(await suite.SubmitAsync("Count files"));

        run.GetProperty("state").GetString().ShouldBe("succeeded");
        (await world.AgentAsync("mcp", "health")).Output.ShouldContain("/no/such/mcp-server");
        await suite.StopAsync();
    }

    [Fact]
    public async Task A_state_directory_that_can_not_be_written_is_named()
    {
        await using var world = new SuiteWorld();
        world.Environment["AGENT_STATE_DIR"] = "/proc/agent-state";

        (await world.RunAsync("Count files")).ShouldRefuse(8, "/proc/agent-state", "AGENT_STATE_DIR");
    }

    [Fact]
    public async Task A_missing_state_directory_that_is_not_to_be_made_is_named()
    {
        await using var world = new SuiteWorld();
        world.Environment["AGENT_CREATE_DIRS"] = "false";

        (await world.RunAsync("Count files")).ShouldRefuse(2, world.State, "AGENT_CREATE_DIRS");
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_ends_everything_and_the_run()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        var program = world.Start("run", "Describe this repository", "--workspace", world.Workspace, "--port", "0");
        using (var limit = new CancellationTokenSource(SuiteWorld.Patience))
        {
            while (!program.Error.Contains("run ", StringComparison.Ordinal))
            {
                await Task.Delay(10, limit.Token);
            }
        }

        program.Interrupt();
        var ended = await program.EndAsync(TimeSpan.FromSeconds(60));

        ended.ExitCode.ShouldBe(6, ended.Error);
        ended.Error.ShouldContain("Stopped.");
        ended.Error.ShouldNotContain("   at ");
        world.NothingIsLeft();
    }

    [Fact]
    public async Task The_same_goal_twice_with_one_key_is_one_run_and_another_goal_is_refused()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();
        await using var suite = await world.StartSuiteAsync();

        var first = await world.AgentAsync("run", "Count files", "--workspace", world.Workspace, "--idempotency-key", "k1", "--detach");
        var second = await world.AgentAsync("run", "Count files", "--workspace", world.Workspace, "--idempotency-key", "k1", "--detach");
        var other = await world.AgentAsync("run", "List *.py files", "--workspace", world.Workspace, "--idempotency-key", "k1", "--detach");

        first.ExitCode.ShouldBe(0, first.Error);
        second.Output.ShouldBe(first.Output);
        other.ShouldRefuse(2, first.Output.Trim());
        (await suite.Door.GetStringAsync(new Uri("runs", UriKind.Relative))).Split("\"run_id\"").Length.ShouldBe(2);
        await suite.StopAsync();
    }

    static void CopyPolicies(SuiteWorld world)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "policies"), "*.yaml"))
        {
            world.Write("policies/" + Path.GetFileName(file), File.ReadAllText(file));
        }
    }
}
