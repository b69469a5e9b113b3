using Agent.Resp;

namespace Agent.Journal.Budgets;

/// <summary>Reserved, until it is settled; kept while it is held, given back by others when its process is gone.</summary>
public sealed class BudgetReservation : IAsyncDisposable
{
    readonly BudgetLedger _ledger;
    readonly string _id;
    readonly CancellationTokenSource _ended = new();
    readonly Task _keeping;
    int _settled;

    internal BudgetReservation(BudgetLedger ledger, string id, IReadOnlyList<BudgetLine> lines)
    {
        (_ledger, _id, Lines) = (ledger, id, lines);
        _keeping = KeepAsync();
    }

    public IReadOnlyList<BudgetLine> Lines { get; }

    /// <summary>Says what it came to, in the lines' order. More than was reserved is booked too: it has happened.</summary>
    public async Task SettleAsync(IReadOnlyList<long> actual, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0 && !await _ledger.SettleAsync(_id, actual, cancellationToken))
        {
            await _ledger.BookAsync(Lines, actual, cancellationToken);
        }
    }

    /// <summary>Not settled by now: nothing was used.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _keeping;
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            try
            {
                await _ledger.SettleAsync(_id, null, CancellationToken.None);
            }
            catch (RespConnectionException)
            {
                // The store is away; the reservation is given back as an orphan.
            }
        }

        _ended.Dispose();
    }

    async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(_ledger.AliveFor / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                await _ledger.KeepAsync(_id, _ended.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or RespConnectionException)
        {
            // Ended, or the store is away: then it may be given back, and is booked when it is settled.
        }
    }
}
