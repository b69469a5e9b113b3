using Agent.Contracts;

namespace Agent.Executor.Service.Tests.Crashes;

/// <summary>Kill -9 of a real executor while it makes a copy or writes one to the workspace, then another one: what counts is what lies in the workspace.</summary>
public class When_the_process_is_killed_over_a_working_copy
{
    const int Killed = 137;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("copy.leased")]
    [InlineData("copy.copied")]
    [InlineData("copy.made")]
    [InlineData("copy.appended")]
    public async Task The_copy_is_made_once_and_whole(string place)
    {
        await using var world = await CrashWorld.StartAsync();
        await BeginAsync(world);
        await DieAsync(world, place);

        using var second = ExecutorProcess.Start(world.Environment);
        var made = await world.TendUntilAsync<WorkingCopyMade>(second);

        Directory.GetFiles(made.Directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["a.txt", "b.txt", "c.txt"]);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(made.Directory)!).Length.ShouldBe(2);
        (await world.EventsAsync()).OfType<WorkingCopyMade>().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("copy.leased@4")]
    [InlineData("copy.appended@4")]
    [InlineData("promotion.staged")]
    [InlineData("promotion.written")]
    [InlineData("promotion.written@2")]
    [InlineData("promotion.written@3")]
    [InlineData("copy.done@5")]
    public async Task A_promotion_comes_to_its_end_and_is_written_once(string place)
    {
        await using var world = await CrashWorld.StartAsync();
        await BeginAsync(world);
        using (var first = ExecutorProcess.Start(world.Environment, place))
        {
            var made = await world.TendUntilAsync<WorkingCopyMade>(first);
            await WorkAsync(world, made.Directory);
            await EndsAsync(world, first, place);
        }

        using var second = ExecutorProcess.Start(world.Environment);
        var ended = await world.TendUntilAsync<PromotionEnded>(second);

        (ended.Outcome, ended.Written).ShouldBe((PromotionOutcome.Promoted, 3));
        var events = await world.EventsAsync();
        events.OfType<PromotionStarted>().Count().ShouldBe(1);
        events.OfType<PromotionEnded>().Count().ShouldBe(1);
        Directory.GetFileSystemEntries(world.Bench.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["a.txt", "c.txt", "d.txt"]);
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("new\n");
        File.ReadAllText(world.Bench.At("d.txt")).ShouldBe("new\n");
        (await world.Journal.VerifyAsync(world.RunId)).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task What_somebody_else_changed_between_crash_and_recovery_is_kept_and_named()
    {
        await using var world = await CrashWorld.StartAsync();
        await BeginAsync(world);
        using (var first = ExecutorProcess.Start(world.Environment, "promotion.staged"))
        {
            var made = await world.TendUntilAsync<WorkingCopyMade>(first);
            await WorkAsync(world, made.Directory);
            await EndsAsync(world, first, "promotion.staged");
        }

        world.Bench.Write("a.txt", "mine\n");
        using var second = ExecutorProcess.Start(world.Environment);
        var ended = await world.TendUntilAsync<PromotionEnded>(second);

        (ended.Outcome, string.Join(';', ended.Refused)).ShouldBe((PromotionOutcome.Conflict, "a.txt was changed in the workspace meanwhile"));
        File.ReadAllText(world.Bench.At("a.txt")).ShouldBe("mine\n");
        File.Exists(world.Bench.At("d.txt")).ShouldBeFalse();
    }

    static async Task BeginAsync(CrashWorld world)
    {
        foreach (var name in (string[])["a.txt", "b.txt", "c.txt"])
        {
            world.Bench.Write(name, "old\n");
        }

        var step = new PlanStep("work", "Work", "Work.", [], [], EffectClass.Irreversible, []);
        await world.AppendAsync(new RunSubmitted("Work", world.Bench.Root, "tester"), new PlanAccepted(1, new Plan("One step.", [step])), new WorkingCopyRequested([["true"]], false, "A test."));
    }

    static async Task WorkAsync(CrashWorld world, string copy)
    {
        await File.WriteAllTextAsync(Path.Combine(copy, "a.txt"), "new\n");
        File.Delete(Path.Combine(copy, "b.txt"));
        await File.WriteAllTextAsync(Path.Combine(copy, "d.txt"), "new\n");
        await world.AppendAsync(
            new StepDispatched("work", 1), new StepLeased("work", 1, "e", 1), new StepExecuted("work", 1, "Done.", [], 1), new StepReviewed("work", 1, Verdict.Accept, "", []), new RunReviewed(1, Verdict.Accept, "", []));
    }

    static async Task DieAsync(CrashWorld world, string place)
    {
        using var first = ExecutorProcess.Start(world.Environment, place);
        await EndsAsync(world, first, place);
    }

    // Asked again and again, as a planner does: while it lets go of one piece of work, the process may not hear of the next.
    static async Task EndsAsync(CrashWorld world, ExecutorProcess process, string place)
    {
        var ended = process.Ended;
        using var patience = new CancellationTokenSource(Patience);
        while (!ended.IsCompleted && !patience.IsCancellationRequested)
        {
            await world.SendTendAsync();
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }

        ended.IsCompleted.ShouldBeTrue($"{place} was not reached. The executor said:\n{process.Log}");
        process.ExitCode.ShouldBe(Killed, process.Log);
    }
}
