using System.Text.Json;
using Agent.Resp;

namespace Agent.Journal.Budgets;

/// <summary>Budgets over all processes: the worst case is reserved before a call, in all accounts or in none, and settled to what it was. What is spent and reserved together never goes over a cap.</summary>
/// <param name="aliveFor">How long after its process's last sign of life a reservation is given back. Default: one minute.</param>
public sealed class BudgetLedger(RespConnection connection, TimeSpan? aliveFor = null)
{
    // One tag: accounts and reservations change in one transaction.
    const string Index = "{budgets}:open";
    const string Accounts = "{budgets}:accounts";
    const string RunPrefix = "run:";

    static readonly TimeSpan KeptFor = TimeSpan.FromDays(40);

    // Changes of this process take turns: they would only undo each other's looks.
    readonly SemaphoreSlim _turn = new(1, 1);

    internal TimeSpan AliveFor { get; } = aliveFor ?? TimeSpan.FromSeconds(60);

    /// <exception cref="BudgetExhaustedException">Names the account that has not enough left; nothing is reserved.</exception>
    /// <exception cref="BudgetAskException">Names the account that has come to its soft limit; nothing is reserved.</exception>
    public async Task<BudgetReservation> ReserveAsync(IReadOnlyList<BudgetLine> lines, CancellationToken cancellationToken = default)
    {
        var id = Guid.CreateVersion7().ToString("N");
        await CommitAsync(
            lines, null,
            [
                RespCommand.Of("SET", Open(id), JsonSerializer.Serialize(lines)),
                RespCommand.Of("SET", Alive(id), "1", "PX", (long)AliveFor.TotalMilliseconds),
                RespCommand.Of("SADD", Index, id),
            ],
            cancellationToken);
        return new BudgetReservation(this, id, lines);
    }

    /// <summary>Spends at once what needs no estimate (a tool call, a step). Once for each name: a repeat after a crash takes nothing.</summary>
    /// <exception cref="BudgetExhaustedException">Names the account that has not enough left; nothing is spent.</exception>
    /// <exception cref="BudgetAskException">Names the account that has come to its soft limit; nothing is spent.</exception>
    public async Task SpendAsync(string name, IReadOnlyList<BudgetLine> lines, CancellationToken cancellationToken = default)
    {
        if (lines.Count > 0)
        {
            await CommitAsync(
                lines, Once(name),
                [
                    RespCommand.Of("SET", Once(name), "1", "PX", (long)KeptFor.TotalMilliseconds),
                    .. lines.Select(line => RespCommand.Of("INCRBY", Spent(line), line.Amount)),
                    .. lines.Where(line => IsDated(line.Account)).Select(line => RespCommand.Of("PEXPIRE", Spent(line), (long)KeptFor.TotalMilliseconds)),
                ],
                cancellationToken);
        }
    }

    public async Task<BudgetUse> UseAsync(string account, string unit, CancellationToken cancellationToken = default)
    {
        var line = new BudgetLine(account, unit, 0, 0);
        var replies = await connection.ExecuteAsync(new[] { RespCommand.Of("GET", Spent(line)), RespCommand.Of("GET", Committed(line)) }, null, cancellationToken);
        return new BudgetUse(Number(replies[0]), Number(replies[1]));
    }

    /// <summary>Accounts that something was taken from, without those of runs.</summary>
    public async Task<IReadOnlyList<string>> AccountsAsync(CancellationToken cancellationToken = default) =>
        [.. (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", Accounts), cancellationToken)).AsArray().Select(account => account.AsString()!).Order(StringComparer.Ordinal)];

    /// <summary>Strikes accounts off the list that are not wanted there any more. What they hold goes by itself.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<string> accounts, CancellationToken cancellationToken = default)
    {
        if (accounts.Count > 0)
        {
            await connection.ExecuteAsync(RespCommand.Of("SREM", [Accounts, .. accounts.Select(account => (RespArgument)account)]), cancellationToken);
        }
    }

    /// <summary>Gives back what processes reserved that are no more. What their calls took is in no journal either.</summary>
    /// <returns>How many reservations were given back.</returns>
    public async Task<int> ReleaseOrphansAsync(CancellationToken cancellationToken = default)
    {
        var released = 0;
        foreach (var id in (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", Index), cancellationToken)).AsArray().Select(id => id.AsString()!))
        {
            if ((await connection.ExecuteAsync(RespCommand.Of("EXISTS", Alive(id)), cancellationToken)).AsInt64() == 0 && await SettleAsync(id, null, cancellationToken))
            {
                released++;
            }
        }

        return released;
    }

    internal async Task KeepAsync(string id, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(RespCommand.Of("PEXPIRE", Alive(id), (long)AliveFor.TotalMilliseconds), cancellationToken);

    /// <param name="actual">What each line came to; null = nothing was used.</param>
    /// <returns>False: it was settled before.</returns>
    internal async Task<bool> SettleAsync(string id, IReadOnlyList<long>? actual, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var settled = await connection.WatchAsync(
                [Open(id)],
                async reader =>
                {
                    var stored = await reader.ExecuteAsync(RespCommand.Of("GET", Open(id)), cancellationToken);
                    if (stored.IsNull)
                    {
                        return null;
                    }

                    var lines = JsonSerializer.Deserialize<BudgetLine[]>(stored.AsBytes()!)!;
                    return
                    [
                        RespCommand.Of("DEL", Open(id), Alive(id)),
                        RespCommand.Of("SREM", Index, id),
                        .. lines.SelectMany((line, index) => Change(line, (actual?[index] ?? 0) - line.Amount, actual?[index] ?? 0)),
                    ];
                },
                cancellationToken);
            return settled is not null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Books what was used after all, when its reservation had been given back meanwhile.</summary>
    internal async Task BookAsync(IReadOnlyList<BudgetLine> lines, IReadOnlyList<long> actual, CancellationToken cancellationToken) =>
        await connection.TransactionAsync((RespCommand[])[.. lines.SelectMany((line, index) => Change(line, actual[index], actual[index]))], cancellationToken);

    /// <summary>Looks at the accounts and takes from them in one transaction, again when another process was faster.</summary>
    /// <param name="once">Nothing is taken when this key exists; null: always.</param>
    async Task CommitAsync(IReadOnlyList<BudgetLine> lines, string? once, IReadOnlyList<RespCommand> also, CancellationToken cancellationToken)
    {
        string[] keys = [.. lines.Select(Committed), .. once is null ? Array.Empty<string>() : [once]];
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var isOver = false;
            while (!isOver)
            {
                Exception? refusal = null;
                var done = await connection.WatchAsync(
                    keys,
                    async reader =>
                    {
                        var stored = (await reader.ExecuteAsync(RespCommand.Of("MGET", [.. keys.Select(key => (RespArgument)key)]), cancellationToken)).AsArray();
                        var isTaken = once is not null && !stored[^1].IsNull;
                        refusal = isTaken ? null : lines.Select((line, index) => Refusal(line, Number(stored[index]))).FirstOrDefault(refused => refused is not null);
                        isOver = isTaken || refusal is not null;
                        return isOver
                            ? null
                            :
                            [
                                .. lines.Select(line => RespCommand.Of("INCRBY", Committed(line), line.Amount)),
                                .. lines.Where(line => IsDated(line.Account)).Select(line => RespCommand.Of("PEXPIRE", Committed(line), (long)KeptFor.TotalMilliseconds)),
                                .. lines.Where(line => !line.Account.StartsWith(RunPrefix, StringComparison.Ordinal)).Select(line => RespCommand.Of("SADD", Accounts, line.Account)),
                                .. also,
                            ];
                    },
                    cancellationToken);
                if (refusal is not null)
                {
                    throw refusal;
                }

                isOver |= done is not null;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    static Exception? Refusal(BudgetLine line, long committed) =>
        committed > line.Cap - line.Amount ? new BudgetExhaustedException(line, committed)
        : committed >= line.Soft ? new BudgetAskException(line, committed)
        : null;

    static IEnumerable<RespCommand> Change(BudgetLine line, long committed, long spent) =>
    [
        RespCommand.Of("INCRBY", Committed(line), committed),
        RespCommand.Of("INCRBY", Spent(line), spent),
        .. IsDated(line.Account) ? [RespCommand.Of("PEXPIRE", Spent(line), (long)KeptFor.TotalMilliseconds)] : Array.Empty<RespCommand>(),
    ];

    // What the installation took is kept for good.
    static bool IsDated(string account) => account.Contains(':', StringComparison.Ordinal);

    static long Number(RespValue value) => value.IsNull ? 0 : long.Parse(value.AsString()!, System.Globalization.CultureInfo.InvariantCulture);

    static string Committed(BudgetLine line) => $"{{budgets}}:committed:{line.Account}:{line.Unit}";

    static string Spent(BudgetLine line) => $"{{budgets}}:spent:{line.Account}:{line.Unit}";

    static string Open(string id) => "{budgets}:open:" + id;

    static string Alive(string id) => "{budgets}:alive:" + id;

    static string Once(string name) => "{budgets}:once:" + name;
}
