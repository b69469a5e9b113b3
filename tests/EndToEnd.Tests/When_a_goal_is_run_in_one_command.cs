using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests;

public class When_a_goal_is_run_in_one_command
{
    [Fact]
    public async Task The_report_tells_what_is_there_and_names_its_sources()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();

        var ended = await world.RunAsync("Describe this repository");

        ended.ExitCode.ShouldBe(0, ended.Error);
        ended.Output.ShouldContain("Python");
        ended.Output.ShouldContain("tide.py");
        ended.Output.ShouldContain("Prints when the tide turns");
        ended.Output.ShouldContain("test_tide.py");
        ended.Output.ShouldMatch(@"\[[a-z_-]+\.\d+#\d+\]");
        ended.Error.ShouldContain("succeeded");
    }

    [Fact]
    public async Task Json_is_one_object_alone_on_stdout()
    {
        await using var world = new SuiteWorld();
        world.WriteSampleProject();

        var ended = await world.RunAsync("Count files", "--json");

        ended.ExitCode.ShouldBe(0, ended.Error);
        var result = JsonDocument.Parse(ended.Output).RootElement;
        result.GetProperty("state").GetString().ShouldBe("succeeded");
        result.GetProperty("stop_reason").GetString().ShouldBe("done");
        result.GetProperty("report").GetString()!.ShouldContain("4");
        result.GetProperty("steps").GetArrayLength().ShouldBeGreaterThan(0);
        result.GetProperty("steps")[0].GetProperty("attempts").GetInt32().ShouldBe(1);
        result.GetProperty("plan_version").GetInt32().ShouldBe(1);
        result.GetProperty("tool_calls").GetInt32().ShouldBeGreaterThan(0);
        result.GetProperty("duration_ms").GetInt64().ShouldBeGreaterThan(0);
        result.GetProperty("journal_head").GetString()!.ShouldMatch("^[0-9a-f]{64}$");
    }

    [Fact]
    public async Task An_effect_is_done_once_and_checked()
    {
        await using var world = new SuiteWorld();
        world.Write("workspace/notes.txt", "one fish, two fish\n");

        var ended = await world.RunAsync("Replace \"fish\" with \"bird\" in notes.txt");

        ended.ExitCode.ShouldBe(0, ended.Error);
        File.ReadAllText(Path.Combine(world.Workspace, "notes.txt")).ShouldBe("one bird, two bird\n");
    }
}
