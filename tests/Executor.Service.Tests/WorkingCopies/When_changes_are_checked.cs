using Agent.Contracts;

namespace Agent.Executor.Service.Tests.WorkingCopies;

public class When_changes_are_checked
{
    [Fact]
    public async Task Each_check_runs_in_the_copy_once_and_is_recorded_before_anything_is_promoted()
    {
        await using var world = await CopyWorld.StartAsync();
        Script(world, "lint.sh", "pwd\ncat a.txt\n");
        world.Bench.Write("a.txt", "old\n");
        await world.BeginAsync(approve: false, ["./lint.sh"], ["true"]);

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        var checks = run.WorkingCopy!.Checks;
        checks.Select(check => (string.Join(' ', check.Argv), check.Passed, check.ExitCode)).ShouldBe([("./lint.sh", true, 0), ("true", true, 0)]);
        checks[0].Output.ShouldBe($"{run.Directory}\nnew\n");
        checks[0].Sandbox.ShouldBe("plain");
        checks[0].Digest.ShouldBe(run.WorkingCopy.Changes!.Digest);
        run.WorkingCopy.IsPromoted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_check_that_fails_ends_the_checks_and_nothing_is_promoted()
    {
        await using var world = await CopyWorld.StartAsync();
        Script(world, "lint.sh", "echo not good >&2\nexit 3\n");
        await world.BeginAsync(approve: false, ["./lint.sh"], ["true"]);

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        var check = run.WorkingCopy!.Checks.ShouldHaveSingleItem();
        (check.Passed, check.ExitCode, check.Output).ShouldBe((false, 3, "not good\n"));
        File.Exists(world.Bench.At("a.txt")).ShouldBeFalse();
        Directory.Exists(run.Directory).ShouldBeTrue();
    }

    [Fact]
    public async Task A_check_that_changes_what_it_checks_does_not_pass_and_what_it_leaves_beside_is_not_promoted()
    {
        await using var world = await CopyWorld.StartAsync();
        Script(world, "test.sh", "echo report > report.txt\n");
        Script(world, "format.sh", "echo formatted > a.txt\n");
        await world.BeginAsync(approve: false, ["./test.sh"], ["./format.sh"]);

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        run.WorkingCopy!.Checks.Select(check => check.Passed).ShouldBe([true, false]);
        run.WorkingCopy.Checks[1].Output.ShouldContain("A check must not change what it checks, and this one changed a.txt.");
        run.WorkingCopy.Changes!.Files.Select(file => file.Path).ShouldBe(["a.txt"]);
    }

    [Fact]
    public async Task A_check_that_a_rule_forbids_is_not_run()
    {
        await using var world = await CopyWorld.StartAsync();
        await world.BeginAsync(approve: false, ["curl", "http://127.0.0.1:1"]);

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        var check = run.WorkingCopy!.Checks.ShouldHaveSingleItem();
        (check.Passed, check.ExitCode, check.Rule).ShouldBe((false, null, "no-curl"));
        check.Output.ShouldContain("Nothing leaves this machine.");
    }

    [Fact]
    public async Task A_check_whose_program_is_missing_does_not_pass_and_says_so()
    {
        await using var world = await CopyWorld.StartAsync();
        await world.BeginAsync(approve: false, ["no-such-program"]);

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        run.WorkingCopy!.Checks.ShouldHaveSingleItem().Output.ShouldContain("There is no program 'no-such-program'");
    }

    [Fact]
    public async Task A_cancelled_run_ends_its_check()
    {
        await using var world = await CopyWorld.StartAsync();
        Script(world, "slow.sh", "echo > ../begun\nexec sleep 600\n");
        await world.BeginAsync(approve: false, ["./slow.sh"]);
        var begun = Path.Combine(world.Places.Of(world.RunId), "begun");
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", [begun]))
        {
            await pipe.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var finishing = world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));
        await Task.Run(() => File.ReadAllText(begun), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await world.AppendAsync(new RunCancelRequested("ada"));

        (await finishing).WorkingCopy!.Checks.ShouldBeEmpty();
    }

    static void Script(CopyWorld world, string name, string text) =>
        File.SetUnixFileMode(world.Bench.Write(name, "#!/bin/sh\n" + text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
