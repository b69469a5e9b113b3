using Agent.Contracts;
using Agent.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>The way in and the way out of a step. Every end makes a decision owed, so the planner is told; what happened stands in the journal.</summary>
sealed class ExecuteStepConsumer(StepRunner runner, ExecutorTelemetry telemetry, IHostApplicationLifetime host, ILogger<ExecuteStepConsumer> logger) : IConsumer<ExecuteStep>
{
    public async Task Consume(ConsumeContext<ExecuteStep> context)
    {
        var step = context.Message;
        CrashPoint.Reach("step.received");

        // Not only when the bus gives up waiting: a step is handed back as soon as this process is to stop.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        var outcome = await runner.RunAsync(step, head => context.Publish(new RunAdvanced(step.RunId, head.Sequence), CancellationToken.None), stopping.Token);
        logger.StepEnded(step.RunId, step.StepId, step.Attempt, outcome.GetType().Name, Detail(outcome));
        if (outcome is not StepOutcome.Ignored)
        {
            telemetry.StepEnded(outcome.GetType().Name.ToLowerInvariant());
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
