using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Reviewer.Service.Checks;
using MassTransit;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>Knows a repeat by step and attempt: one that has its verdict is not executed any more.</summary>
sealed class ReviewStepConsumer(ReviewWork work, StepReviewer reviewer) : IConsumer<ReviewStep>
{
    public async Task Consume(ConsumeContext<ReviewStep> context)
    {
        var message = context.Message;
        await work.DoAsync(
            new WantedReview(
                message.RunId,
                message.StepId,
                message.StepId,
                state => StepOf(state, message) is { Phase: StepPhase.Executed },
                state => reviewer.IsCostly(new StepUnderReview(state, StepOf(state, message)!)),
                (state, cancellationToken) => reviewer.ReviewAsync(new StepUnderReview(state, StepOf(state, message)!), cancellationToken),
                head => context.Publish(new RunAdvanced(message.RunId, head.Sequence), context.CancellationToken)),
            context.CancellationToken);
    }

    static StepState? StepOf(RunState state, ReviewStep message) => state.StepInPlan(message.StepId) is { } step && step.Attempt == message.Attempt ? step : null;
}
