namespace Agent.ServiceDefaults.Policies;

/// <summary>Makes the fetcher ask anew, whatever it is waiting for.</summary>
sealed class BundleBell : IDisposable
{
    CancellationTokenSource _next = new();

    /// <summary>Cancelled by the next ring.</summary>
    public CancellationToken Next => Volatile.Read(ref _next).Token;

    public void Dispose() => _next.Dispose();

    public void Ring()
    {
        // Not disposed: somebody may be about to look at it, and without a timer it holds nothing.
        Interlocked.Exchange(ref _next, new CancellationTokenSource()).Cancel();
    }
}
