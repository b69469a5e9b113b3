using System.Diagnostics.Metrics;
using Agent.Journal.Budgets;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults.Budgets;

namespace Agent.Planner.Service.Budgets;

/// <summary>How the budgets of workspaces, day and installation stand, for people and as metrics.</summary>
sealed class SharedBudgets
{
    static readonly string[] Units = [BudgetText.Tokens, BudgetText.CostMicroUsd, BudgetText.ToolCalls, BudgetText.Steps];

    static readonly TimeSpan KeepUpEvery = TimeSpan.FromSeconds(15);

    readonly BudgetLedger _ledger;
    readonly RunRules _rules;
    readonly TimeProvider _time;
    volatile IReadOnlyList<BudgetView> _seen = [];
    long? _lookedAt;

    public SharedBudgets(BudgetLedger ledger, RunRules rules, TimeProvider time, IMeterFactory meters)
    {
        (_ledger, _rules, _time) = (ledger, rules, time);
        var meter = meters.Create("Agent.Budgets");
        meter.CreateObservableGauge("agent_budget_spent", () => Figures(view => view.Spent), description: "Spent of a budget today, or of the installation's in all.");
        meter.CreateObservableGauge("agent_budget_reserved", () => Figures(view => view.Reserved), description: "Reserved of a budget for calls under way; with what is spent it stays within the cap.");
        meter.CreateObservableGauge("agent_budget_cap", () => Figures(view => view.Cap), description: "A budget's hard limit, where it has one.");
    }

    /// <summary>Looks for the metrics' sake, now and then.</summary>
    public async Task KeepUpAsync(CancellationToken cancellationToken)
    {
        if (_lookedAt is not { } last || _time.GetElapsedTime(last) > KeepUpEvery)
        {
            _lookedAt = _time.GetTimestamp();
            await LookAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<BudgetView>> LookAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var (today, known) = ($":{now:yyyy-MM-dd}", await _ledger.AccountsAsync(cancellationToken));
        var past = known.Where(account => account.Contains(':', StringComparison.Ordinal) && !account.EndsWith(today, StringComparison.Ordinal)).ToList();
        await _ledger.ForgetAsync(past, cancellationToken);
        var views = new List<BudgetView>();
        foreach (var (group, account) in Accounts(known, today, now))
        {
            foreach (var unit in Units)
            {
                var use = await _ledger.UseAsync(account, unit, cancellationToken);
                var cap = BudgetScope.CapOf(_rules.Limits, group, unit);
                if (cap < long.MaxValue || use.Committed > 0 || use.Spent > 0)
                {
                    views.Add(View(group, account, unit, use, cap));
                }
            }
        }

        return _seen = views;
    }

    IEnumerable<(string Group, string Account)> Accounts(IEnumerable<string> known, string today, DateTimeOffset now) =>
    [
        .. BudgetScope.Shared("", now).Where(account => account.Group != "workspace").Reverse(),
        .. known.Where(account => account.StartsWith("workspace:", StringComparison.Ordinal) && account.EndsWith(today, StringComparison.Ordinal)).Select(account => ("workspace", account)),
    ];

    BudgetView View(string group, string account, string unit, BudgetUse use, long cap)
    {
        var soft = BudgetScope.SoftOf(_rules.Limits, cap);
        return new BudgetView(
            group, group == "workspace" ? account["workspace:".Length..account.LastIndexOf(':')] : null, BudgetText.NameOf(unit),
            Amount(unit, use.Spent), Amount(unit, use.Committed - use.Spent), cap == long.MaxValue ? null : Amount(unit, cap), soft == long.MaxValue ? null : Amount(unit, soft));
    }

    IEnumerable<Measurement<double>> Figures(Func<BudgetView, decimal?> figure) =>
        [.. _seen.Where(view => figure(view) is not null).Select(view => new Measurement<double>((double)figure(view)!, new("scope", view.Scope), new("workspace", view.Workspace ?? ""), new("unit", view.Unit)))];

    static decimal Amount(string unit, long amount) => unit == BudgetText.CostMicroUsd ? amount / BudgetText.MicroUsd : amount;
}

/// <summary>How one budget stands.</summary>
/// <param name="Scope"><c>run</c>, <c>workspace</c> (of a day), <c>day</c> (UTC) or <c>installation</c>.</param>
/// <param name="Reserved">For calls under way.</param>
/// <param name="Cap">The hard limit; null: none.</param>
/// <param name="SoftLimit">From here on a person is asked; null: nobody is.</param>
sealed record BudgetView(string Scope, string? Workspace, string Unit, decimal Spent, decimal Reserved, decimal? Cap, decimal? SoftLimit);
