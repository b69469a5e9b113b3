namespace Agent.Journal.Budgets;

/// <summary>So much of a unit, out of an account with a cap.</summary>
/// <param name="Account">Whose: <c>run:…</c>, <c>workspace:/srv/x:2026-01-31</c>, <c>day:2026-01-31</c>, <c>installation</c>.</param>
/// <param name="Unit"><c>tokens</c> and the like.</param>
/// <param name="Soft">From here on a person is asked before more is taken; <see cref="long.MaxValue"/>: nobody is.</param>
public sealed record BudgetLine(string Account, string Unit, long Amount, long Cap, long Soft = long.MaxValue);

/// <summary>How an account stands.</summary>
/// <param name="Committed">Spent and reserved together: what the cap is held against.</param>
public readonly record struct BudgetUse(long Spent, long Committed);

/// <summary>An account has not enough left for a call, in its worst case.</summary>
public sealed class BudgetExhaustedException : Exception
{
    public BudgetExhaustedException(BudgetLine line, long committed)
        : base($"The budget of {line.Account} is used up: {BudgetText.Of(line.Unit, committed)} of {BudgetText.Of(line.Unit, line.Cap)} {BudgetText.NameOf(line.Unit)} are spent or reserved, and the next call may take {BudgetText.Of(line.Unit, line.Amount)}.") => Line = line;

    public BudgetExhaustedException()
    {
    }

    public BudgetExhaustedException(string message)
        : base(message)
    {
    }

    public BudgetExhaustedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The line that did not fit.</summary>
    public BudgetLine? Line { get; }
}

/// <summary>An account has come to its soft limit: a person is to say whether more may be taken.</summary>
public sealed class BudgetAskException : Exception
{
    public BudgetAskException(BudgetLine line, long committed)
        : base($"{BudgetText.Of(line.Unit, committed)} of {BudgetText.Of(line.Unit, line.Cap)} {BudgetText.NameOf(line.Unit)} of {line.Account} are spent or reserved: a person is to raise the budget or let the run go on.") => Line = line;

    public BudgetAskException()
    {
    }

    public BudgetAskException(string message)
        : base(message)
    {
    }

    public BudgetAskException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The line that asks.</summary>
    public BudgetLine? Line { get; }
}
