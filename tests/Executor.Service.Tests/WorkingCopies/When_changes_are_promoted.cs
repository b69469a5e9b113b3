using Agent.Contracts;

namespace Agent.Executor.Service.Tests.WorkingCopies;

public class When_changes_are_promoted
{
    [Fact]
    public async Task Files_modes_links_and_removals_arrive_and_nothing_of_ours_stays()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("changed.txt", "old\n");
        world.Bench.Write("gone/deep/last.txt", "x");
        world.Bench.Write("tool.sh", "#!/bin/sh\n");
        world.Bench.Write("kept.txt", "kept");
        File.CreateSymbolicLink(world.Bench.At("link"), "kept.txt");
        await world.BeginAsync();

        var run = await world.FinishAsync(copy =>
        {
            File.WriteAllText(Path.Combine(copy, "changed.txt"), "new\n");
            Directory.CreateDirectory(Path.Combine(copy, "made/deep"));
            File.WriteAllText(Path.Combine(copy, "made/deep/a.txt"), "a\n");
            Directory.Delete(Path.Combine(copy, "gone"), recursive: true);
            File.SetUnixFileMode(Path.Combine(copy, "tool.sh"), (UnixFileMode)0b111_101_101);
            File.Delete(Path.Combine(copy, "link"));
            File.CreateSymbolicLink(Path.Combine(copy, "link"), "changed.txt");
        });

        var changes = run.WorkingCopy!.Changes!;
        (changes.Added, changes.Changed, changes.Removed).ShouldBe((1, 3, 1));
        var ended = run.WorkingCopy.Ended.ShouldNotBeNull();
        (ended.Outcome, ended.Written, ended.Refused.Count).ShouldBe((PromotionOutcome.Promoted, 5, 0));
        File.ReadAllText(world.Bench.At("changed.txt")).ShouldBe("new\n");
        File.ReadAllText(world.Bench.At("made/deep/a.txt")).ShouldBe("a\n");
        Directory.Exists(world.Bench.At("gone")).ShouldBeFalse();
        File.GetUnixFileMode(world.Bench.At("tool.sh")).ShouldBe((UnixFileMode)0b111_101_101);
        new FileInfo(world.Bench.At("link")).LinkTarget.ShouldBe("changed.txt");
        Directory.GetFileSystemEntries(world.Bench.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["changed.txt", "kept.txt", "link", "made", "tool.sh"]);
    }

    [Fact]
    public async Task A_file_gives_way_to_a_directory_and_a_directory_to_a_file()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a", "file");
        world.Bench.Write("b/c", "file");
        await world.BeginAsync();

        var run = await world.FinishAsync(copy =>
        {
            File.Delete(Path.Combine(copy, "a"));
            Directory.CreateDirectory(Path.Combine(copy, "a"));
            File.WriteAllText(Path.Combine(copy, "a/x"), "x");
            Directory.Delete(Path.Combine(copy, "b"), recursive: true);
            File.WriteAllText(Path.Combine(copy, "b"), "b");
        });

        run.WorkingCopy!.IsPromoted.ShouldBeTrue(string.Join("; ", run.WorkingCopy.Ended?.Refused ?? []));
        File.ReadAllText(world.Bench.At("a/x")).ShouldBe("x");
        File.ReadAllText(world.Bench.At("b")).ShouldBe("b");
    }

    [Fact]
    public async Task The_difference_is_shown_as_a_diff_with_binaries_marked()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", string.Join('\n', Enumerable.Range(1, 20)) + "\n");
        await world.BeginAsync(approve: true);

        var run = await world.FinishAsync(copy =>
        {
            File.WriteAllText(Path.Combine(copy, "a.txt"), string.Join('\n', Enumerable.Range(1, 20)).Replace("\n10\n", "\nten\n", StringComparison.Ordinal) + "\n");
            File.WriteAllBytes(Path.Combine(copy, "b.bin"), [1, 0, 2]);
        });

        run.WorkingCopy!.Changes!.Files.ShouldBe([new FileChange("a.txt", FileChangeKind.Changed, 52, false, 1, 1), new FileChange("b.bin", FileChangeKind.Added, 3, IsBinary: true)]);
        (await world.DiffAsync()).ShouldBe("--- a/a.txt\n+++ b/a.txt\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n--- /dev/null\n+++ b/b.bin\nbinary files differ\n");
    }

    [Fact]
    public async Task Nothing_is_written_before_a_person_says_so()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        await world.BeginAsync(approve: true);

        await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("old\n");
        var run = await world.ApproveAsync();

        run.WorkingCopy!.IsPromoted.ShouldBeTrue();
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("new\n");
    }

    [Fact]
    public async Task What_was_changed_in_the_workspace_meanwhile_is_named_and_nothing_is_written()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        world.Bench.Write("b.txt", "old\n");
        await world.BeginAsync(approve: true);
        await world.FinishAsync(copy =>
        {
            File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n");
            File.WriteAllText(Path.Combine(copy, "b.txt"), "new\n");
            File.WriteAllText(Path.Combine(copy, "c.txt"), "new\n");
        });
        world.Bench.Write("b.txt", "mine\n");
        world.Bench.Write("c.txt", "mine\n");

        var run = await world.ApproveAsync();

        run.WorkingCopy!.Ended!.Outcome.ShouldBe(PromotionOutcome.Conflict);
        run.WorkingCopy.Ended.Refused.ShouldBe(["b.txt was changed in the workspace meanwhile", "c.txt was made in the workspace meanwhile"]);
        run.WorkingCopy.Begun.ShouldBeNull();
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("old\n");
        File.ReadAllText(world.Bench.At("b.txt")).ShouldBe("mine\n");

        world.Bench.Write("b.txt", "old\n");
        File.Delete(world.Bench.At("c.txt"));
        (await world.ApproveAsync()).WorkingCopy!.IsPromoted.ShouldBeTrue();
        File.ReadAllText(world.Bench.At("c.txt")).ShouldBe("new\n");
    }

    [Fact]
    public async Task A_copy_that_is_not_what_was_approved_is_looked_at_anew_and_a_person_asked_again()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("a.txt", "old\n");
        await world.BeginAsync(approve: true);
        var found = await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "a.txt"), "new\n"));
        File.WriteAllText(Path.Combine(found.Directory, "a.txt"), "other\n");

        var run = await world.ApproveAsync();

        run.WorkingCopy!.Changes!.Digest.ShouldNotBe(found.WorkingCopy!.Changes!.Digest);
        run.WorkingCopy.Answer.ShouldBeNull();
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("old\n");
    }

    [Fact]
    public async Task A_directory_that_became_a_link_in_the_workspace_is_not_written_through()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write("sub/a.txt", "old\n");
        await world.BeginAsync(approve: true);
        await world.FinishAsync(copy => File.WriteAllText(Path.Combine(copy, "sub/b.txt"), "new\n"));
        Directory.CreateDirectory(world.Bench.Outside("elsewhere"));
        Directory.Delete(world.Bench.At("sub"), recursive: true);
        Directory.CreateSymbolicLink(world.Bench.At("sub"), world.Bench.Outside("elsewhere"));

        var run = await world.ApproveAsync();

        run.WorkingCopy!.Ended!.Outcome.ShouldBe(PromotionOutcome.Conflict);
        Directory.GetFiles(world.Bench.Outside("elsewhere")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_git_ignores_is_left_behind_and_named_unless_a_file_tool_wrote_it_and_commits_stay_in_the_copy()
    {
        await using var world = await CopyWorld.StartAsync();
        world.Bench.Write(".gitignore", "*.log\nout/\n");
        Git(world.Bench.Root, "init", "-q");
        Git(world.Bench.Root, "add", ".gitignore");
        Git(world.Bench.Root, "commit", "-q", "-m", "first");
        await world.BeginAsync(approve: true);
        var provenance = new ToolProvenance("1", null, "none", "b", "r");
        var arguments = System.Text.Json.JsonSerializer.SerializeToElement(new { path = "wanted.log", content = "x" });
        await world.AppendAsync(
            new StepDispatched("work", 1), new StepLeased("work", 1, "e", 1),
            new ToolCallDecided("work.1#1", "work", 1, "write_file", arguments, CallDecision.Allow, "r", "", "b"),
            new ToolCallFinished("work.1#1", "work", 1, "write_file", ToolCallOutcome.Ok, "", "d", false, 1, provenance));

        var run = await world.FinishAsync(copy =>
        {
            File.WriteAllText(Path.Combine(copy, "noise.log"), "x");
            File.WriteAllText(Path.Combine(copy, "wanted.log"), "x");
            Directory.CreateDirectory(Path.Combine(copy, "out"));
            File.WriteAllText(Path.Combine(copy, "out/a.o"), "x");
            File.WriteAllText(Path.Combine(copy, "code.c"), "x");
            Git(copy, "add", "code.c");
            Git(copy, "commit", "-q", "-m", "second");
        });

        var changes = run.WorkingCopy!.Changes.ShouldNotBeNull();
        changes.Files.Select(file => file.Path).ShouldBe(["code.c", "wanted.log"]);
        changes.LeftBehind.ShouldBe(["noise.log", "out/a.o"]);
        changes.Commit.ShouldNotBeNull();
        changes.Commit.ShouldNotBe(run.WorkingCopy.Made!.Commit);
        await world.ApproveAsync();
        Git(world.Bench.Root, "log", "--oneline").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
        File.Exists(world.Bench.At("code.c")).ShouldBeTrue();
    }

    static string Git(string directory, params string[] words)
    {
        var start = new System.Diagnostics.ProcessStartInfo("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", .. words]) { WorkingDirectory = directory, RedirectStandardOutput = true, UseShellExecute = false };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return output;
    }
}
