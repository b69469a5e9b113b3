using System.Text.Json.Nodes;

namespace Agent.Cli.Tests.Commands;

public sealed class When_states_are_backtested : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("backtest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_would_have_been_found_is_told_by_state_and_run()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "states", "backtest", "--limits", Write("limits.yaml", "supervision: { breaker_consecutive_failures: 3 }\n"), "--since", "30d");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("1 runs looked at; in 1 something else would have been found.");
        run.Output.ShouldContain("new   panic in a.1 after entry 9: The last 3 calls failed.");
        door.Answer!["limits"]!.GetValue<string>().ShouldContain("breaker_consecutive_failures: 3");
        DateTimeOffset.Parse(door.Answer["since"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(29));
    }

    [Fact]
    public async Task Audit_files_are_looked_at_one_by_one()
    {
        await using var door = await FakeDoor.StartAsync();
        Write($"audit/run-{Guid.CreateVersion7()}.jsonl", "{\"at\":\"2026-01-01T00:00:00Z\"}\n{\"half");
        Write($"audit/run-{Guid.CreateVersion7()}.jsonl", "{\"at\":\"2026-01-01T00:00:00Z\"}\n");

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "states", "backtest", "--limits", Write("limits.yaml", "version: 1\n"), "--state", _folder, "--json");

        run.ExitCode.ShouldBe(0, run.Error);
        JsonNode.Parse(run.Output)!["runs"]!.GetValue<int>().ShouldBe(2);
        JsonNode.Parse(run.Output)!["states"]!.AsArray().Single()!["new"]!.GetValue<int>().ShouldBe(2);
        door.Answer!["journal"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Limits_with_mistakes_are_named_before_anything_is_asked()
    {
        var source = new GivenDoor(new Uri("http://127.0.0.1:9"));

        var run = await CommandRun.OfAsync(source, "states", "backtest", "--limits", Write("limits.yaml", "supervision: { deadlock_repeat: 3 }\n"));

        (run.ExitCode, source.Opened).ShouldBe((2, 0));
        run.Error.ShouldContain("deadlock_repeat");
    }

    string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
