using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using MassTransit;

namespace Agent.Planner.Service.Tests.Flows;

/// <summary>What the stand-ins do. They keep the protocol: lease, token, append with the head they saw.</summary>
sealed class FakeWorkers
{
    long _token;

    /// <summary>Whether they tell the planner what they did.</summary>
    public bool GiveHints { get; set; } = true;

    /// <summary>What an executor does with a step. Default: it answers.</summary>
    public Func<ExecuteStep, IRunEvent?> Execute { get; set; } = step => new StepExecuted(step.StepId, step.Attempt, $"answer of {step.StepId}", [], 0);

    public Func<StepState, Verdict> Review { get; set; } = _ => Verdict.Accept;

    public ConcurrentBag<ExecuteStep> Executed { get; } = [];

    public ConcurrentBag<string> Reviewed { get; } = [];

    public long NextToken() => Interlocked.Increment(ref _token);
}

sealed class FakeExecutor(RunJournal journal, FakeWorkers workers) : IConsumer<ExecuteStep>
{
    public async Task Consume(ConsumeContext<ExecuteStep> context)
    {
        var message = context.Message;
        workers.Executed.Add(message);
        var token = workers.NextToken();
        var leased = await AppendWhileAsync(
            journal, message.RunId, new StepLeased(message.StepId, message.Attempt, "fake", token),
            state => state.End is null && state.Step(message.StepId) is { Phase: StepPhase.Dispatched or StepPhase.Running } step && step.Attempt == message.Attempt);
        if (leased is null || workers.Execute(message) is not { } outcome)
        {
            return;
        }

        outcome = outcome switch { StepExecuted executed => executed with { Token = token }, StepFailed failed => failed with { Token = token }, _ => outcome };
        await AppendWhileAsync(journal, message.RunId, outcome, state => state.End is null && state.Step(message.StepId) is { Phase: StepPhase.Running } step && step.Token == token);
        if (workers.GiveHints && (await journal.LoadAsync(message.RunId))!.Steps.Any(step => step.Id == message.StepId && step is { Phase: StepPhase.Executed, IsReviewAsked: true }))
        {
            await context.Send(new Uri("queue:review-step"), new ReviewStep(message.RunId, message.StepId, message.Attempt));
        }
        else if (workers.GiveHints)
        {
            await context.Publish(new RunAdvanced(message.RunId, 0));
        }
    }

    internal static async Task<JournalHead?> AppendWhileAsync(RunJournal journal, Guid runId, IRunEvent runEvent, Func<RunState, bool> isRight)
    {
        while (await journal.LoadAsync(runId) is { } state && isRight(state))
        {
            if (await journal.AppendAsync(runId, state.Head, [runEvent], "fake") is AppendResult.Appended appended)
            {
                return appended.Head;
            }
        }

        return null;
    }
}

sealed class FakeStepReviewer(RunJournal journal, FakeWorkers workers) : IConsumer<ReviewStep>
{
    public async Task Consume(ConsumeContext<ReviewStep> context)
    {
        var message = context.Message;
        var step = (await journal.LoadAsync(message.RunId))!.Step(message.StepId);
        workers.Reviewed.Add(message.StepId);
        await FakeExecutor.AppendWhileAsync(
            journal, message.RunId, new StepReviewed(message.StepId, message.Attempt, workers.Review(step), "feedback", []),
            state => state.End is null && state.Step(message.StepId) is { Phase: StepPhase.Executed } now && now.Attempt == message.Attempt);
        if (workers.GiveHints)
        {
            await context.Publish(new RunAdvanced(message.RunId, 0));
        }
    }
}

sealed class FakeRunReviewer(RunJournal journal, FakeWorkers workers) : IConsumer<ReviewRun>
{
    public async Task Consume(ConsumeContext<ReviewRun> context)
    {
        var message = context.Message;
        await FakeExecutor.AppendWhileAsync(journal, message.RunId, new RunReviewed(message.PlanVersion, Verdict.Accept, "", []), state => state.End is null && state.Review is null);
        if (workers.GiveHints)
        {
            await context.Publish(new RunAdvanced(message.RunId, 0));
        }
    }
}
