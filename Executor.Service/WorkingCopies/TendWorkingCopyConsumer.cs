using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Journal;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>The way in and the way out. A repeat finds nothing owed.</summary>
sealed class TendWorkingCopyConsumer(CopyTending tending, RunJournal journal, IHostApplicationLifetime host) : IConsumer<TendWorkingCopy>
{
    public async Task Consume(ConsumeContext<TendWorkingCopy> context)
    {
        var runId = context.Message.RunId;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        bool isChanged;
        try
        {
            isChanged = await tending.TendAsync(runId, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Another executor is asked.
            isChanged = true;
        }

        if (isChanged)
        {
            await context.Publish(new RunAdvanced(runId, (await journal.HeadAsync(runId, CancellationToken.None)).Sequence), CancellationToken.None);
        }
    }
}

/// <summary>Competing: each copy is tended by one executor, several at once.</summary>
sealed class TendWorkingCopyConsumerDefinition : ConsumerDefinition<TendWorkingCopyConsumer>
{
    public TendWorkingCopyConsumerDefinition(IOptions<StepOptions> options) => ConcurrentMessageLimit = options.Value.Concurrency;
}
