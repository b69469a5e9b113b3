using Agent.Contracts;
using Agent.Journal.Runs;
using MassTransit;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>Knows a repeat by the plan version: a run that has its verdict is not judged again.</summary>
sealed class ReviewRunConsumer(ReviewWork work, RunReviewer reviewer) : IConsumer<ReviewRun>
{
    public async Task Consume(ConsumeContext<ReviewRun> context)
    {
        var message = context.Message;
        await work.DoAsync(
            new WantedReview(
                message.RunId,
                "run",
                null,
                state => state.PlanVersion == message.PlanVersion && state.Review is null && state.AreAllAccepted,
                static _ => true,
                reviewer.ReviewAsync,
                head => context.Publish(new RunAdvanced(message.RunId, head.Sequence), context.CancellationToken)),
            context.CancellationToken);
    }
}
