using Agent.Contracts;
using MassTransit;

namespace Agent.Executor.Service.Steps;

/// <summary>A hint to look into a run's journal at once; what it says there is what counts.</summary>
sealed class RunInterruptedConsumer(StepWatch watch) : IConsumer<RunInterrupted>
{
    public Task Consume(ConsumeContext<RunInterrupted> context)
    {
        watch.Hint(context.Message.RunId);
        return Task.CompletedTask;
    }
}

/// <summary>Every executor hears it: a queue of its own, gone with the process.</summary>
sealed class RunInterruptedConsumerDefinition : ConsumerDefinition<RunInterruptedConsumer>
{
    public RunInterruptedConsumerDefinition(ExecutorInstance instance) => Endpoint(endpoint =>
    {
        endpoint.InstanceId = instance.Name;
        endpoint.Temporary = true;
    });
}
