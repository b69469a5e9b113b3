using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Llm;
using Agent.Llm.Offline;
using Microsoft.Extensions.AI;

namespace Agent.Reviewer.Service.Tests.Flows;

public sealed class When_a_step_is_reviewed
{
    [Fact]
    public async Task The_verdict_is_in_the_journal_with_its_evidence_and_announced()
    {
        using var model = new OfflineChatClient();
        await using var world = await ReviewerWorld.StartAsync(model);
        await File.WriteAllTextAsync(Path.Combine(world.Workspace, "a.txt"), "hello", TestContext.Current.CancellationToken);
        var runId = await world.ExecutedAsync("done", new AcceptanceCriterion(CriterionKind.FileContains, "a.txt", "hello"));

        await world.SendAsync("review-step", new ReviewStep(runId, "a", 1));
        var run = await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Accepted);
        await world.Heard.NextAsync();

        run.Step("a").Review!.Checks.ShouldContain(check => check.Criterion.Contains("a.txt") && check.Passed && check.Evidence.Contains("sha256"));
        world.Heard.All.ShouldContain(new RunAdvanced(runId, run.Head.Sequence));
    }

    [Fact]
    public async Task Asked_many_times_of_many_reviewers_it_is_judged_once()
    {
        using var model = new OfflineChatClient();
        await using var world = await ReviewerWorld.StartAsync(model, reviewers: 3);
        var runId = await world.ExecutedAsync("done");

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => world.SendAsync("review-step", new ReviewStep(runId, "a", 1))));
        await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Accepted);
        await world.SendAsync("review-run", new ReviewRun(runId, 1));
        await world.UntilAsync(runId, state => state.Review is not null);

        var entries = await world.Journal.ReadAsync(runId).ToListAsync(TestContext.Current.CancellationToken);
        entries.Select(entry => entry.Event).OfType<StepReviewed>().ShouldHaveSingleItem();
        entries.Select(entry => entry.Event).OfType<RunReviewed>().ShouldHaveSingleItem().Checks.ShouldContain(check => check.Criterion == "the journal's chain holds" && check.Passed);
    }

    [Fact]
    public async Task The_model_is_asked_once_however_many_reviewers_are_asked()
    {
        using var model = new Slow("""{"passed":true,"verdict":"accept","evidence":[]}""");
        await using var world = await ReviewerWorld.StartAsync(model, reviewers: 3);
        var runId = await world.ExecutedAsync("done", new AcceptanceCriterion(CriterionKind.Judged, Text: "Is it done?"));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => world.SendAsync("review-step", new ReviewStep(runId, "a", 1))));
        await model.Begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // The others find the lease taken, or come later and find the verdict: the last of them is a message behind all of theirs.
        var other = await world.ExecutedAsync("done");
        await world.SendAsync("review-step", new ReviewStep(other, "a", 1));
        await world.Heard.NextAsync();
        model.MayAnswer.SetResult();
        await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Accepted);

        model.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task The_model_is_away_the_run_waits_and_is_judged_later()
    {
        using var model = new AwayOnce("""{"passed":true,"verdict":"accept","evidence":[]}""");
        await using var world = await ReviewerWorld.StartAsync(model);
        var runId = await world.ExecutedAsync("done", new AcceptanceCriterion(CriterionKind.Judged, Text: "Is it done?"));

        await world.SendAsync("review-step", new ReviewStep(runId, "a", 1));
        var waiting = await world.UntilAsync(runId, state => state.Phase == RunPhase.WaitingCapacity);
        var judging = world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Accepted);
        while (!judging.IsCompleted)
        {
            // As the planner does: asked while the first answer is still being put away, the reviewer lets the repeat go.
            await world.SendAsync("review-step", new ReviewStep(runId, "a", 1));
            await Task.WhenAny(judging, Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        }

        var judged = await judging;

        waiting.WaitReason.ShouldBe("the server is loading");
        judged.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_earlier_attempt_or_a_run_that_is_over_is_not_judged()
    {
        using var model = new OfflineChatClient();
        await using var world = await ReviewerWorld.StartAsync(model);
        var runId = await world.ExecutedAsync("done");
        var other = await world.ExecutedAsync("done");

        await world.SendAsync("review-step", new ReviewStep(runId, "a", 7));
        await world.SendAsync("review-step", new ReviewStep(Guid.CreateVersion7(), "a", 1));
        await world.SendAsync("review-step", new ReviewStep(other, "a", 1));
        await world.Heard.NextAsync();

        (await world.Journal.LoadAsync(runId))!.Step("a").Phase.ShouldBe(StepPhase.Executed);
    }

    /// <summary>Answers when it may.</summary>
    sealed class Slow(string answer) : IChatClient
    {
        int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayAnswer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
            Begun.TrySetResult();
            await MayAnswer.Task.WaitAsync(cancellationToken);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)) { ModelId = "m" };
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    sealed class AwayOnce(string answer) : IChatClient
    {
        int _asked;

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Interlocked.Increment(ref _asked) == 1
                ? throw new ModelUnavailableException("the server is loading")
                : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)) { ModelId = "m" });

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
