using System.Diagnostics;
using System.Text.Json;

namespace Agent.AppHost.Local.Tests;

public class When_a_process_ends
{
    [Fact]
    public async Task A_crashed_one_is_started_again()
    {
        await using var world = new World();
        world.Script("worker", "echo up >> starts; exec sleep 100");
        var application = await world.StartAsync();
        await application.ResourceNotifications.WaitForResourceHealthyAsync("worker").WaitAsync(World.Patience);
        await world.FileAsync("starts", text => text.Length > 0);

        using var process = Process.GetProcessById(application.Runners[0].ProcessId!.Value);
        process.Kill();

        (await world.FileAsync("starts", text => text.Split('\n').Length > 2)).ShouldBe("up\nup\n");
    }

    [Fact]
    public async Task A_start_that_fails_tells_the_last_words_and_the_exit_code()
    {
        await using var world = new World();
        world.Script("worker", "echo 'tools.yaml: line 3: no such effect' >&2; exit 2").WithHttpEndpoint();
        var application = await world.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("worker").WaitAsync(World.Patience));

        failure.Message.ShouldBe("tools.yaml: line 3: no such effect");
        failure.Data["ExitCode"].ShouldBe(2);
    }

    [Fact]
    public async Task A_start_that_fails_in_silence_names_the_log()
    {
        await using var world = new World();
        world.Script("worker", "exit 5").WithHttpEndpoint();
        var application = await world.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("worker").WaitAsync(World.Patience));

        failure.Message.ShouldContain("exit code 5");
        failure.Message.ShouldContain("worker.log");
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        await using var world = new World();
        world.Builder.AddExecutable("worker", "/no/such/program", world.Folder);
        var application = await world.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("worker").WaitAsync(World.Patience));

        failure.Message.ShouldContain("/no/such/program");
    }

    [Fact]
    public async Task What_it_said_is_in_its_log_as_json_lines()
    {
        await using var world = new World();
        world.Script("worker", """echo '{"message":"hello"}'; echo plain; echo broken >&2; echo done > said; exec sleep 100""");
        await using var application = await world.StartAsync();
        await world.FileAsync("said", text => text.Length > 0);
        await application.StopAsync();

        var lines = (await File.ReadAllLinesAsync(world.PathOf("logs/worker.log"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        lines.Select(line => line.GetProperty("message").GetString()).ShouldBe(["hello", "plain", "broken"], ignoreOrder: true);
    }
}
