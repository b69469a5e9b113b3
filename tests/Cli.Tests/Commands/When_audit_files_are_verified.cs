namespace Agent.Cli.Tests.Commands;

public sealed class When_audit_files_are_verified : IDisposable
{
    const string Name = "run-01900000-0000-7000-8000-000000000001.jsonl";

    readonly string _directory = Directory.CreateTempSubdirectory("agent-audit-").FullName;

    [Fact]
    public async Task Files_that_hold_are_counted_without_a_suite()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, Name), Path.Combine(_directory, Name));

        var door = new GivenDoor(new Uri("http://127.0.0.1:9"));
        var run = await CommandRun.OfAsync(door, "audit", "files", _directory);

        (run.ExitCode, run.Output.Trim(), door.Opened).ShouldBe((0, "1 of 1 files hold, 3 entries", 0));
    }

    [Fact]
    public async Task A_changed_one_is_named_with_the_entry()
    {
        var changed = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, Name))).Replace("\"RunPaused\"", "\"RunResumed\"");
        await File.WriteAllTextAsync(Path.Combine(_directory, Name), changed);

        var run = await CommandRun.OfAsync(new GivenDoor(new Uri("http://127.0.0.1:9")), "audit", "files", _directory);

        run.ExitCode.ShouldBe(7);
        run.Output.ShouldContain($"{Name} is broken at entry 2");
    }

    [Fact]
    public async Task A_missing_directory_is_a_usage_error_that_says_the_cure()
    {
        var run = await CommandRun.OfAsync(new GivenDoor(new Uri("http://127.0.0.1:9")), "audit", "files", Path.Combine(_directory, "none"));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("AGENT_STATE_DIR");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
