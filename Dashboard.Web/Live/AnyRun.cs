using Agent.Journal;

namespace Agent.Dashboard.Web.Live;

/// <summary>Tells pages that show many runs when to look again: on each append anywhere, and now and then without one.</summary>
sealed class AnyRun
{
    static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(5);

    event Action? Changed;

    public AnyRun(RunJournal journal, TimeProvider time, ILogger logger, CancellationToken stopping) => _ = RunAsync(journal, time, logger, stopping);

    public IDisposable Join(Pulse pulse)
    {
        Changed += pulse.Signal;
        pulse.Signal();
        return new Membership(() => Changed -= pulse.Signal);
    }

    async Task RunAsync(RunJournal journal, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        IAsyncDisposable? subscription = null;
        using var ticks = new PeriodicTimer(LookAnyway, time);
        try
        {
            do
            {
                subscription ??= await TrySubscribeAsync(journal, logger, stopping);
                Changed?.Invoke();
            }
            while (await ticks.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (subscription is not null)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    async Task<IAsyncDisposable?> TrySubscribeAsync(RunJournal journal, ILogger logger, CancellationToken stopping)
    {
        try
        {
            return await journal.OnAppendedAsync((_, _) => Changed?.Invoke(), stopping);
        }
        catch (Exception away) when (!stopping.IsCancellationRequested)
        {
            logger.HintsAway(away.Message);
            return null;
        }
    }

    sealed class Membership(Action leave) : IDisposable
    {
        Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
