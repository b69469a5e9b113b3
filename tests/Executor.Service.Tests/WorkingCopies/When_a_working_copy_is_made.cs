using Agent.Contracts;

namespace Agent.Executor.Service.Tests.WorkingCopies;

public class When_a_working_copy_is_made
{
    [Fact]
    public async Task It_holds_files_modes_links_times_and_git_data_and_the_workspace_is_untouched()
    {
        await using var world = await CopyWorld.StartAsync();
        var script = world.Bench.Write("sub/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(script, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        File.CreateSymbolicLink(world.Bench.At("link"), "sub/run.sh");
        world.Bench.Write(".git/HEAD", "ref: refs/heads/main\n");
        world.Bench.Write(".git/refs/heads/main", "c0ffee\n");
        world.Bench.Write("bin/app.dll", "x");

        var run = await world.BeginAsync();

        var copy = run.Directory;
        copy.ShouldBe(world.Places.TreeOf(world.RunId));
        File.ReadAllText(Path.Combine(copy, "sub/run.sh")).ShouldBe("#!/bin/sh\n");
        File.GetUnixFileMode(Path.Combine(copy, "sub/run.sh")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.GetLastWriteTimeUtc(Path.Combine(copy, "sub/run.sh")).Year.ShouldBe(2020);
        new FileInfo(Path.Combine(copy, "link")).LinkTarget.ShouldBe("sub/run.sh");
        File.Exists(Path.Combine(copy, ".git/HEAD")).ShouldBeTrue();
        run.WorkingCopy!.Made!.Commit.ShouldBe("c0ffee");
        File.WriteAllText(Path.Combine(copy, "bin/app.dll"), "other");
        File.ReadAllText(world.Bench.At("bin/app.dll")).ShouldBe("x");
    }

    [Fact]
    public async Task What_would_let_more_in_than_the_workspace_shows_is_left_out_and_named()
    {
        await using var world = await CopyWorld.StartAsync();
        File.WriteAllText(world.Bench.Outside("secret"), "secret");
        Link(world.Bench.Outside("secret"), world.Bench.At("borrowed"));
        world.Bench.Write("own", "own");
        Link(world.Bench.At("own"), world.Bench.At("own-too"));
        world.Bench.Write(".git", "gitdir: /elsewhere/.git/worktrees/x\n");

        var run = await world.BeginAsync();

        Directory.GetFileSystemEntries(run.Directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["own", "own-too"]);
        run.WorkingCopy!.Made!.LeftOut.ShouldBe([".git: it names a repository of elsewhere, which a copy must not write to", "borrowed: it is a hard link to a file outside the workspace"]);
    }

    [Fact]
    public async Task What_an_earlier_try_left_is_taken_away_and_a_repeat_finds_nothing_owed()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "a");
        Directory.CreateDirectory(world.Places.TreeOf(world.RunId) + ".unfinished");
        File.WriteAllText(world.Places.TreeOf(world.RunId) + ".unfinished/half", "half");
        Directory.CreateDirectory(world.Places.TreeOf(world.RunId));
        File.WriteAllText(Path.Combine(world.Places.TreeOf(world.RunId), "stale"), "stale");

        var run = await world.BeginAsync();
        var again = await world.TendAsync();

        Directory.GetFiles(run.Directory).ShouldHaveSingleItem().ShouldEndWith("a.txt");
        again.Head.ShouldBe(run.Head);
    }

    [Theory]
    [InlineData("max_files: 2", "more than 2 files")]
    [InlineData("max_bytes: 1024", "more than 1024 bytes")]
    public async Task A_workspace_that_is_too_large_is_refused_with_the_cure(string limit, string why)
    {
        await using var world = await CopyWorld.StartAsync($"version: 1\nworking_copy: {{ {limit} }}\n");
        for (var file = 0; file < 3; file++)
        {
            world.Bench.Write($"{file}.txt", new string('x', 500));
        }

        var run = await world.BeginAsync();

        var reason = run.WorkingCopy!.Failed.ShouldNotBeNull().Reason;
        reason.ShouldContain(why);
        reason.ShouldContain("Raise working_copy." + limit.Split(':')[0]);
        Directory.Exists(world.Places.Of(world.RunId)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_fork_gets_a_copy_of_its_own_with_what_was_done_so_far()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        var first = await world.BeginAsync(approve: true);
        await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));

        await world.ForkAsync();
        var fork = await world.TendAsync();

        fork.Directory.ShouldNotBe(first.Directory);
        File.ReadAllText(Path.Combine(fork.Directory, "a.txt")).ShouldBe("new\n");
        fork.WorkingCopy!.Changes.ShouldNotBeNull().Changed.ShouldBe(1);
    }

    [Fact]
    public async Task A_fork_of_a_run_whose_copy_is_gone_is_refused_and_says_so()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        await world.BeginAsync(approve: true);
        world.Making.Discard(world.RunId);

        await world.ForkAsync();
        var fork = await world.TendAsync();

        fork.WorkingCopy!.Failed.ShouldNotBeNull().Reason.ShouldContain("is gone and was not promoted");
    }

    [Fact]
    public async Task Copies_that_nobody_needs_are_taken_away_and_others_kept()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        await world.BeginAsync();
        await world.Removal.LookAsync(TestContext.Current.CancellationToken);
        Directory.Exists(world.Places.Of(world.RunId)).ShouldBeTrue();

        var run = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));
        await world.AppendAsync(new RunEnded(RunPhase.Succeeded, StopReason.Done, ""));
        await world.Removal.LookAsync(TestContext.Current.CancellationToken);

        run.WorkingCopy!.IsPromoted.ShouldBeTrue();
        Directory.Exists(world.Places.Of(world.RunId)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_runs_copy_is_kept_for_a_while()
    {
        await using var world = await CopyWorld.StartAsync();
        await world.BeginAsync();
        await world.AppendAsync(new RunEnded(RunPhase.Cancelled, StopReason.Operator, ""));

        await world.Removal.LookAsync(TestContext.Current.CancellationToken);

        Directory.Exists(world.Places.Of(world.RunId)).ShouldBeTrue();
    }

    static void Link(string from, string to)
    {
        using var process = System.Diagnostics.Process.Start("ln", [from, to]);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}
