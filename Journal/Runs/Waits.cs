using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>What a run waits for, step by step: that one step's model answers says nothing about another's approval.</summary>
sealed class Waits
{
    readonly List<RunWaiting> _present;

    public Waits() => _present = [];

    Waits(List<RunWaiting> present) => _present = present;

    public IReadOnlyList<string> For => [.. _present.Select(wait => wait.For).Distinct()];

    public bool Any => _present.Count > 0;

    public string? Reason => _present is [.., var newest] ? newest.Reason : null;

    public bool Contains(string what) => _present.Any(wait => wait.For == what);

    public Waits Copy() => new([.. _present]);

    public void Begin(RunWaiting waiting)
    {
        _present.RemoveAll(wait => wait.For == waiting.For && wait.StepId == waiting.StepId);
        _present.Add(waiting);
    }

    /// <summary>Without a step: over for all of them.</summary>
    public void End(string what, string? stepId) => _present.RemoveAll(wait => wait.For == what && (stepId is null || wait.StepId == stepId));

    public void EndStep(string stepId) => _present.RemoveAll(wait => wait.StepId == stepId);
}
