using Agent.Contracts;
using MassTransit;

namespace Agent.Planner.Service.Runs;

/// <summary>Knows a repeat by the journal: what followed has been appended.</summary>
sealed class RunAdvancedConsumer(RunWork work) : IConsumer<RunAdvanced>
{
    public Task Consume(ConsumeContext<RunAdvanced> context) => work.LookAsync(context.Message.RunId, context.CancellationToken);
}
