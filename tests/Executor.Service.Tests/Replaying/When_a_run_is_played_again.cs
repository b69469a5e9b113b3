using System.Security.Cryptography;
using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Replaying;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tests.Steps;
using Agent.Journal;
using Agent.Journal.Replaying;
using Microsoft.Extensions.Options;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Replaying;

/// <summary>That every flow of <see cref="StepWorld"/> comes out the same when it is played again, each of its tests shows at its end.</summary>
public class When_a_run_is_played_again
{
    static readonly StepReplay Replay = new(Options.Create(new StepOptions()));

    [Fact]
    public async Task Each_entry_of_the_executor_is_made_again_and_compared()
    {
        await using var world = await CountedAsync();

        var part = await world.ReplayAsync();

        part.Divergence.ShouldBeNull();
        part.Compared.ShouldBe(6);
        part.Entries.ShouldBe(10);
    }

    [Fact]
    public async Task Nothing_can_happen()
    {
        await using var world = await StepWorld.StartAsync();
        var file = Path.Combine(world.Bench.Root, "written.txt");
        world.Once.Act = cancellationToken => File.AppendAllTextAsync(file, "x", cancellationToken);
        await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"), Calls("list_files"), Answers("Written [work.1#1]."))));
        File.Delete(file);

        (await world.ReplayAsync()).Divergence.ShouldBeNull();

        File.Exists(file).ShouldBeFalse();
        world.Once.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_workspace_may_be_gone()
    {
        await using var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(new ScriptedModel(Calls("list_files"), Calls("read_file", new { path = "../x" }), Answers("Looked [work.1#1]."))));
        Directory.Delete(world.Bench.Root, recursive: true);

        (await world.ReplayAsync()).Divergence.ShouldBeNull();

        Directory.Exists(world.Bench.Root).ShouldBeFalse();
        Directory.CreateDirectory(world.Bench.Root);
    }

    [Theory]
    [InlineData(typeof(StepExecuted), 10, "\"evidence\":[\"work.1#1\"]", "content")]
    [InlineData(typeof(ToolCallStarted), 7, "\"action_key\"", "content")]
    [InlineData(typeof(ToolCallFinished), 9, "request_digest", "asked something else")]
    public async Task The_first_entry_that_comes_out_otherwise_is_named_with_the_likely_reason(Type changed, long sequence, string expected, string why)
    {
        await using var world = await CountedAsync();
        var lines = await LinesAsync(world, happened => happened.GetType() != changed ? happened : happened switch
        {
            StepExecuted executed => executed with { Evidence = [] },
            ToolCallStarted started => started with { ActionKey = "forged" },
            ToolCallFinished finished => finished with { Output = "forged" },
            _ => happened,
        });

        var divergence = (await Replay.RunAsync(RecordedRun.Parse(lines), null, TestContext.Current.CancellationToken)).Divergence.ShouldNotBeNull();

        divergence.Sequence.ShouldBe(sequence);
        divergence.Expected.ShouldContain(expected);
        divergence.Why.ShouldContain(why);
    }

    [Fact]
    public async Task An_entry_too_many_is_named()
    {
        await using var world = await CountedAsync();
        var lines = await LinesAsync(world, happened => happened is ModelReplied { Turn: 2 } last ? last with { Text = "", Calls = [new RequestedCall("c", "count", Empty)] } : happened);

        var divergence = (await Replay.RunAsync(RecordedRun.Parse(lines), null, TestContext.Current.CancellationToken)).Divergence.ShouldNotBeNull();

        divergence.Sequence.ShouldBe(10);
        divergence.Type.ShouldBe(nameof(StepExecuted));
        divergence.Expected.ShouldContain("ToolCallDecided");
    }

    [Fact]
    public async Task A_journal_that_was_tampered_with_is_not_played()
    {
        await using var world = await CountedAsync();
        var lines = await LinesAsync(world, happened => happened);
        lines[3] = lines[3].Replace("work", "play", StringComparison.Ordinal);

        Should.Throw<JournalFormatException>(() => RecordedRun.Parse(lines)).Message.ShouldStartWith("Line 4 of the journal: its hash is not");
    }

    [Fact]
    public async Task Another_policy_is_said_to_stop_the_first_call_it_would_have_judged_otherwise()
    {
        await using var world = await CountedAsync();
        var others = new OtherPolicies(StepWorld.Load("""
            version: 1
            rules:
              - id: no-counting
                answer: deny
                reason: Counting is over.
                tools: [count]
            """));

        var divergence = (await world.ReplayAsync(others)).Divergence.ShouldNotBeNull();

        divergence.Sequence.ShouldBe(6);
        divergence.Expected.ShouldBe("call work.1#1 to count denied by rule no-counting: Counting is over.");
        divergence.Recorded.ShouldStartWith("allowed by rule counting");
        (await world.ReplayAsync(new OtherPolicies(world.Bundle.Value!))).Divergence.ShouldBeNull();
    }

    [Fact]
    public async Task Another_plan_is_said_to_ask_the_model_something_else()
    {
        await using var world = await CountedAsync();
        var run = (await RecordedRun.LoadAsync(world.Journal, world.RunId, TestContext.Current.CancellationToken))!;
        var plan = new Plan("p", [new PlanStep(StepWorld.StepId, "Work", "Do other work.", [], [], EffectClass.Irreversible, [])]);

        var divergence = (await Replay.RunAsync(run.WithPlan(plan), null, TestContext.Current.CancellationToken)).Divergence.ShouldNotBeNull();

        divergence.Sequence.ShouldBe(5);
        divergence.Why.ShouldContain("asked something else");
    }

    // The one call of the run, as it is named in another run.
    static string KeyIn(Guid runId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{runId:N}\ncount\n{{\"n\":1}}\n{StepWorld.StepId}\n1")));

    static System.Text.Json.JsonElement Empty { get; } = System.Text.Json.JsonDocument.Parse("{}").RootElement;

    static async Task<StepWorld> CountedAsync()
    {
        var world = await StepWorld.StartAsync();
        await world.RunAsync(world.Executor(new ScriptedModel(Calls("count", new { n = 1 }), Answers("Counted [work.1#1]."))));
        return world;
    }

    /// <summary>The journal as it would be exported had its events been these.</summary>
    static async Task<List<string>> LinesAsync(StepWorld world, Func<IRunEvent, IRunEvent> change)
    {
        var copy = Guid.CreateVersion7();
        var events = (await world.EventsAsync()).Select(happened => change(happened is ToolCallStarted started ? started with { ActionKey = KeyIn(copy) } : happened)).ToList();
        await world.Journal.AppendAsync(copy, JournalHead.Empty, events, "test");
        var lines = new List<string>();
        await foreach (var entry in world.Journal.ReadAsync(copy))
        {
            lines.Add(Encoding.UTF8.GetString(JournalLine.Of(entry)));
        }

        return lines;
    }
}
