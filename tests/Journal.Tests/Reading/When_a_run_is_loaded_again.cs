using System.Globalization;
using Agent.Contracts;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Reading;

public class When_a_run_is_loaded_again
{
    [Fact]
    public async Task Only_what_is_new_is_read_however_long_the_run_is()
    {
        await using var world = await JournalWorld.AloneOnAsync(ServerKind.Redis);
        var (runId, head) = await LongRunAsync(world);
        var (_, _, journal) = world.Another();
        var first = await SentByServerAsync(world, () => journal.LoadAsync(runId));

        await world.AppendAsync(runId, head, new RunPaused("grace"));
        var second = await SentByServerAsync(world, async () => (await journal.LoadAsync(runId))!.IsPaused.ShouldBeTrue());

        first.ShouldBeGreaterThan(1_000_000);
        second.ShouldBeLessThan(20_000);
    }

    [Theory, OnBothServers]
    public async Task Each_state_is_its_callers_own(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (runId, head) = await world.SubmitAsync();
        head = await world.AppendAsync(runId, head, new PlanAccepted(1, Sample.Plan("survey")));
        var states = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.Journal.LoadAsync(runId)));

        head = await world.AppendAsync(runId, head, new StepDispatched("survey", 1));
        await foreach (var entry in world.Journal.ReadAsync(runId, 3))
        {
            states[0]!.Apply(entry);
        }

        states[0]!.Step("survey").Attempt.ShouldBe(1);
        states.Skip(1).ShouldAllBe(state => state!.Step("survey").Attempt == 0);
        (await world.Journal.LoadAsync(runId))!.Step("survey").Attempt.ShouldBe(1);
    }

    [Theory, OnBothServers]
    public async Task A_store_with_another_past_is_believed(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (runId, head) = await world.SubmitAsync("the first past");
        await world.AppendAsync(runId, head, new RunPaused("ada"), new RunResumed("ada"));
        (await world.Journal.LoadAsync(runId))!.Goal.ShouldBe("the first past");

        await world.Connection.ExecuteAsync(RespCommand.Of("FLUSHDB"));
        (await world.Journal.LoadAsync(runId)).ShouldBeNull();
        var (_, _, journal) = world.Another();
        await journal.AppendAsync(runId, JournalHead.Empty, [Sample.Submitted("the second past"), new RunPaused("bob"), new RunResumed("bob"), new RunPaused("bob")], "test");

        var state = (await world.Journal.LoadAsync(runId))!;
        state.Goal.ShouldBe("the second past");
        state.Head.Sequence.ShouldBe(4);
    }

    static async Task<(Guid RunId, JournalHead Head)> LongRunAsync(JournalWorld world)
    {
        var (runId, head) = await world.SubmitAsync();
        var text = new string('x', 1_000);
        for (var append = 0; append < 4; append++)
        {
            head = await world.AppendAsync(runId, head, [.. Enumerable.Range(0, 500).Select(number => new OperatorMessage("ada", $"{number} {text}"))]);
        }

        return (runId, head);
    }

    static async Task<long> SentByServerAsync(JournalWorld world, Func<Task> load)
    {
        var before = await SentAsync(world);
        await load();
        return await SentAsync(world) - before;
    }

    static async Task<long> SentAsync(JournalWorld world)
    {
        const string Field = "total_net_output_bytes:";
        var info = (await world.Connection.ExecuteAsync(RespCommand.Of("INFO", "stats"))).AsString()!;
        return long.Parse(string.Concat(info[(info.IndexOf(Field, StringComparison.Ordinal) + Field.Length)..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }
}
