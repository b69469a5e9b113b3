using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;
using MassTransit;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>Knows a repeat by the plan version: a run that has its verdict is not judged again.</summary>
sealed class ReviewRunConsumer(ReviewWork work, RunReviewer reviewer) : IConsumer<ReviewRun>
{
    public async Task Consume(ConsumeContext<ReviewRun> context)
    {
        var message = context.Message;
        var head = await work.DoAsync(
            message.RunId,
            "run",
            null,
            state => state.PlanVersion == message.PlanVersion && state.Review is null && state.Steps.All(step => step.Phase == StepPhase.Accepted),
            reviewer.ReviewAsync,
            context.CancellationToken);
        if (head is { } reached)
        {
            await context.Publish(new RunAdvanced(message.RunId, reached.Sequence), context.CancellationToken);
            CrashPoint.Reach("review.announced");
        }
    }
}
