using Agent.Guardrails;
using Agent.Journal.Budgets;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Budgets;

namespace Agent.Executor.Service.Steps;

/// <summary>Takes steps and tool calls from the budgets of workspace, day and installation before they begin. Once for each: a repeat after a crash takes nothing. The run's own are counted in its journal.</summary>
sealed class StepBudget(BudgetLedger ledger, CurrentBundle bundle, TimeProvider time)
{
    /// <exception cref="BudgetExhaustedException">The hard limit.</exception>
    /// <exception cref="BudgetAskException">The soft limit.</exception>
    public Task TakeStepAsync(OwnedStep owned) => TakeAsync(owned, BudgetText.Steps, $"step:{owned.Run.RunId}:{owned.Step.Id}:{owned.Attempt}");

    /// <exception cref="BudgetExhaustedException">The hard limit.</exception>
    /// <exception cref="BudgetAskException">The soft limit.</exception>
    public Task TakeCallAsync(OwnedStep owned, string callId) => TakeAsync(owned, BudgetText.ToolCalls, $"call:{owned.Run.RunId}:{callId}");

    Task TakeAsync(OwnedStep owned, string unit, string name) =>
        BudgetScope.Of(owned.Run).CappedLines(bundle.Value?.Limits ?? PolicyLimits.Default, time.GetUtcNow(), unit, 1) is { Count: > 0 } lines
            ? ledger.SpendAsync(name, lines, owned.Stop)
            : Task.CompletedTask;
}
