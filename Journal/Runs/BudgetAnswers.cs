using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>What people said about a run's budgets.</summary>
public sealed class BudgetAnswers
{
    readonly Dictionary<string, decimal> _raised = new(StringComparer.Ordinal);
    readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    /// <summary>What the run may use more than its cap.</summary>
    /// <param name="unit">As <c>limits.yaml</c> names it.</param>
    public decimal RaisedBy(string unit) => _raised.GetValueOrDefault(unit);

    /// <summary>Nobody is asked about this unit again: the run may go up to the hard limit.</summary>
    public bool MayPassSoft(string unit) => _answered.Contains(unit);

    internal void Take(BudgetRaised answer)
    {
        _answered.Add(answer.Unit);
        _raised[answer.Unit] = RaisedBy(answer.Unit) + Math.Max(0, answer.By);
    }
}
