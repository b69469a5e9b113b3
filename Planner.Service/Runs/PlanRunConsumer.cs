using Agent.Contracts;
using MassTransit;

namespace Agent.Planner.Service.Runs;

/// <summary>Knows a repeat by the journal: a run that has a plan needs none.</summary>
sealed class PlanRunConsumer(RunWork work) : IConsumer<PlanRun>
{
    public Task Consume(ConsumeContext<PlanRun> context) => work.PlanAsync(context.Message.RunId, context.CancellationToken);
}
