using System.Text.Json;
using Agent.Cli.Commands;

namespace Agent.Cli.Tests.Commands;

public class When_the_doctor_is_called
{
    [Fact]
    public async Task What_is_not_well_names_its_cure_and_the_exit_code_says_so()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "doctor", "--upgrade-check");

        run.ExitCode.ShouldBe(8);
        run.Output.ShouldContain("BAD   sandbox");
        run.Output.ShouldContain("→ Install bubblewrap.");
        run.Output.ShouldContain("ok    open runs");
        run.Output.ShouldContain("ok    clock");
    }

    [Fact]
    public async Task A_suite_that_is_not_there_is_one_line_with_its_cure()
    {
        var run = await CommandRun.OfAsync(new GivenDoor(new Uri("http://127.0.0.1:9")), "doctor", "--json");

        run.ExitCode.ShouldBe(8);
        var checks = JsonDocument.Parse(run.Output).RootElement.GetProperty("checks").EnumerateArray().ToList();
        checks.Single(check => check.GetProperty("name").GetString() == "door").GetProperty("cure").GetString().ShouldNotBeNull().ShouldContain("AppHost");
        checks.ShouldContain(check => check.GetProperty("name").GetString() == "runtime");
    }

    [Fact]
    public void The_api_that_was_found_is_told_with_its_reason()
    {
        var state = Directory.CreateTempSubdirectory("agent-doctor-");
        File.WriteAllText(Path.Combine(state.FullName, "model-apis.json"), """{"http://localhost:1234/v1 qwen3":{"api":"chat","why":"probe: 400"}}""");

        var check = DoctorCommand.Model(name => name switch { "AGENT_STATE_DIR" => state.FullName, "OPENAI_BASE_URL" => "http://localhost:1234/v1", _ => null });

        check.Found.ShouldBe("http://localhost:1234/v1 qwen3: chat (probe: 400)");
        state.Delete(recursive: true);
    }
}
