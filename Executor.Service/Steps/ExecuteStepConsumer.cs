using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>The way in and the way out of a step. What happened stands in the journal; who is to go on is told: the reviewer if the step was executed, the planner, to whom a decision is owed, after any other end.</summary>
sealed class ExecuteStepConsumer(StepRunner runner, ExecutorTelemetry telemetry, IHostApplicationLifetime host, ILogger<ExecuteStepConsumer> logger) : IConsumer<ExecuteStep>
{
    static readonly Uri ReviewStepQueue = new("queue:review-step");

    public async Task Consume(ConsumeContext<ExecuteStep> context)
    {
        var step = context.Message;
        CrashPoint.Reach("step.received");

        // Not only when the bus gives up waiting: a step is handed back as soon as this process is to stop.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        var outcome = await runner.RunAsync(step, run => TellAsync(context, run), stopping.Token);
        logger.StepEnded(step.RunId, step.StepId, step.Attempt, outcome.GetType().Name, Detail(outcome));
        if (outcome is not StepOutcome.Ignored)
        {
            telemetry.StepEnded(outcome.GetType().Name.ToLowerInvariant());
        }
    }

    /// <summary>That a review is owed to an executed step needs no decision: one message less on its way. If this one is lost, the planner's sweep asks.</summary>
    static async Task TellAsync(ConsumeContext<ExecuteStep> context, RunState run)
    {
        var step = context.Message;
        if (run.StepInPlan(step.StepId) is { Phase: StepPhase.Executed, IsReviewAsked: true } known && known.Attempt == step.Attempt)
        {
            var reviewers = await context.GetSendEndpoint(ReviewStepQueue);
            await reviewers.Send(new ReviewStep(step.RunId, step.StepId, step.Attempt), CancellationToken.None);
        }
        else
        {
            await context.Publish(new RunAdvanced(step.RunId, run.Head.Sequence), CancellationToken.None);
        }
    }

    static string Detail(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Failed(var code, var reason) => $"{code}: {reason}",
        StepOutcome.Parked(var callId) => $"call {callId} waits for a person",
        StepOutcome.Ignored(var reason) => reason,
        StepOutcome.HandedBack(var reason) => reason,
        _ => "",
    };
}

/// <summary>Competing: each step goes to one executor, several at once.</summary>
sealed class ExecuteStepConsumerDefinition : ConsumerDefinition<ExecuteStepConsumer>
{
    public ExecuteStepConsumerDefinition(IOptions<StepOptions> options) => ConcurrentMessageLimit = options.Value.Concurrency;
}
