using System.Text.Json.Nodes;

namespace Agent.Cli.Tests.Commands;

public class When_two_runs_are_compared
{
    [Fact]
    public async Task They_are_read_from_the_door_or_from_files()
    {
        var file = Exported();
        await using var door = await FakeDoor.StartAsync();
        door.Export = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "diff", FakeDoor.RunId.ToString(), file, "--json");

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain($"GET /runs/{FakeDoor.RunId}/export");
        JsonNode.Parse(run.Output)!["same_entries"]!.GetValue<int>().ShouldBe(door.Export.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task What_is_no_journal_is_named()
    {
        var source = new GivenDoor(new Uri("http://127.0.0.1:9"));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{}\n", TestContext.Current.CancellationToken);

        var broken = await CommandRun.OfAsync(source, "runs", "diff", file, file);
        var missing = await CommandRun.OfAsync(source, "runs", "diff", "/nowhere/run.jsonl", file);

        (broken.ExitCode, missing.ExitCode, source.Opened).ShouldBe((2, 2, 0));
        broken.Error.ShouldContain($"{file} is no journal: Line 1");
        missing.Error.ShouldContain("/nowhere/run.jsonl is neither a run's id nor a file");
        File.Delete(file);
    }

    static string Exported()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent!;
        }

        return Path.Combine(directory.FullName, "tests", "Journal.Tests", "Approved", "Journals", "replace-a-word.v1.jsonl");
    }
}
