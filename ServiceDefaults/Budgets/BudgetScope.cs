using Agent.Guardrails;
using Agent.Journal.Budgets;
using Agent.Journal.Runs;

namespace Agent.ServiceDefaults.Budgets;

/// <summary>Whose budgets something is taken from, nearest first: run ⊂ workspace of a day ⊂ day ⊂ installation. Travels with a model call among its properties.</summary>
/// <param name="Answers">What people said about the run's budgets.</param>
public sealed record BudgetScope(Guid RunId, string Workspace, BudgetAnswers Answers)
{
    public const string Property = "budget.scope";

    public static BudgetScope Of(RunState run) => new(run.RunId, run.Workspace, run.Budget);

    /// <summary>The accounts without the run's own, each with the group of <c>limits.yaml</c> that has its caps.</summary>
    public static IEnumerable<(string Group, string Account)> Shared(string workspace, DateTimeOffset now) =>
    [
        ("workspace", $"workspace:{workspace}:{now:yyyy-MM-dd}"), ("day", $"day:{now:yyyy-MM-dd}"), ("installation", "installation"),
    ];

    /// <summary>A line for each account.</summary>
    /// <param name="isOwed">It is booked, and never refused.</param>
    public IReadOnlyList<BudgetLine> Lines(PolicyLimits limits, DateTimeOffset now, string unit, long amount, bool isOwed = false) =>
    [
        Line("run", $"run:{RunId}", limits, unit, amount, isOwed),
        .. Shared(Workspace, now).Select(account => Line(account.Group, account.Account, limits, unit, amount, isOwed)),
    ];

    /// <summary>A line for each account beyond the run that has a cap: what the journal counts for a run is counted for others only where it matters.</summary>
    public IReadOnlyList<BudgetLine> CappedLines(PolicyLimits limits, DateTimeOffset now, string unit, long amount) =>
        [.. Shared(Workspace, now).Select(account => Line(account.Group, account.Account, limits, unit, amount, isOwed: false)).Where(line => line.Cap < long.MaxValue)];

    /// <summary>A cap of <c>limits.yaml</c> in the ledger's unit; <see cref="long.MaxValue"/>: none.</summary>
    public static long CapOf(PolicyLimits limits, string group, string unit)
    {
        var cap = limits[$"{group}.{BudgetText.NameOf(unit)}"];
        return cap <= 0 ? long.MaxValue : (long)(unit == BudgetText.CostMicroUsd ? cap * (double)BudgetText.MicroUsd : cap);
    }

    /// <summary>From where on a person is asked; <see cref="long.MaxValue"/>: nowhere.</summary>
    public static long SoftOf(PolicyLimits limits, long cap) =>
        limits["budget.soft_share"] is var share && (share >= 1 || cap == long.MaxValue) ? long.MaxValue : (long)(cap * share);

    BudgetLine Line(string group, string account, PolicyLimits limits, string unit, long amount, bool isOwed)
    {
        var name = BudgetText.NameOf(unit);
        var cap = isOwed ? long.MaxValue : CapOf(limits, group, unit);
        if (group == "run" && cap < long.MaxValue)
        {
            cap += (long)(Answers.RaisedBy(name) * (unit == BudgetText.CostMicroUsd ? BudgetText.MicroUsd : 1));
        }

        return new BudgetLine(account, unit, amount, cap, Answers.MayPassSoft(name) ? long.MaxValue : SoftOf(limits, cap));
    }
}
