using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>A run's steps, in the order of its plan, with those apart that are under way: so that a step costs the same however long the plan is. Not thread-safe.</summary>
sealed class PlanSteps
{
    // By position in the plan.
    StepState[] _steps = [];
    IReadOnlyDictionary<string, int> _positions = new Dictionary<string, int>();

    // Known by earlier plans, and not in the present one.
    Dictionary<string, StepState> _left = new(StringComparer.Ordinal);
    SortedSet<int> _begun = [];

    // All before it are accepted.
    int _firstOpen;

    // Which steps are this fold's alone, and so may be changed: a copy shares the others with what it was made from.
    object _own = new();

    /// <summary>Of the present plan, in its order.</summary>
    public IReadOnlyList<StepState> InOrder => _steps;

    /// <summary>Those of them that neither wait to be dispatched nor are accepted, in their order.</summary>
    public IEnumerable<StepState> Begun => _begun.Select(position => _steps[position]);

    /// <summary>Those that are not accepted, in their order.</summary>
    public IEnumerable<StepState> Open
    {
        get
        {
            while (_firstOpen < _steps.Length && _steps[_firstOpen].Phase == StepPhase.Accepted)
            {
                _firstOpen++;
            }

            return _steps.Skip(_firstOpen).Where(step => step.Phase != StepPhase.Accepted);
        }
    }

    public int Accepted { get; private set; }

    /// <summary>Null where the present plan has no such step.</summary>
    public StepState? InPlan(string id) => _positions.TryGetValue(id, out var position) ? _steps[position] : null;

    /// <summary>Of this plan or an earlier one.</summary>
    public StepState? Find(string id) => InPlan(id) ?? _left.GetValueOrDefault(id);

    /// <summary>Changes a step of this plan or an earlier one; nothing where there is none, or it has another attempt than the one meant.</summary>
    public void Change(string id, int? attempt, Action<StepState> change)
    {
        if (Find(id) is not { } step || attempt is { } meant && step.Attempt != meant)
        {
            return;
        }

        if (_positions.TryGetValue(id, out var position))
        {
            step = _steps[position] = Owned(step);
            Count(position, step.Phase, -1);
            change(step);
            Count(position, step.Phase, 1);
        }
        else
        {
            step = _left[id] = Owned(step);
            change(step);
        }
    }

    /// <summary>Goes over to another plan. A step that keeps its id and was accepted stays so; another begins anew, its attempts counted on.</summary>
    public void Take(Plan plan)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        var steps = new StepState[plan.Steps.Count];
        for (var position = 0; position < steps.Length; position++)
        {
            var definition = plan.Steps[position];
            var known = Find(definition.Id);
            var step = known is { Phase: StepPhase.Accepted } ? Owned(known) : new StepState(definition) { Attempt = known?.Attempt ?? 0, Use = known?.Use ?? ModelUse.None, Holder = _own };
            step.Definition = definition;
            steps[position] = step;
            positions[definition.Id] = position;
        }

        foreach (var gone in _steps.Where(step => !positions.ContainsKey(step.Id)))
        {
            _left[gone.Id] = gone;
        }

        foreach (var id in positions.Keys)
        {
            _left.Remove(id);
        }

        (_steps, _positions, Accepted, _firstOpen) = (steps, positions, 0, 0);
        _begun.Clear();
        for (var position = 0; position < steps.Length; position++)
        {
            Count(position, steps[position].Phase, 1);
        }
    }

    /// <summary>The same steps, to go on by themselves. One is copied when either side changes it, so that this costs little.</summary>
    public PlanSteps Copy()
    {
        var copy = (PlanSteps)MemberwiseClone();
        (copy._steps, copy._left, copy._begun) = ([.. _steps], new(_left, _left.Comparer), new(_begun));
        (_own, copy._own) = (new(), new());
        return copy;
    }

    StepState Owned(StepState step) => step.Holder == _own ? step : step.Copy(_own);

    void Count(int position, StepPhase phase, int change)
    {
        if (phase == StepPhase.Accepted)
        {
            Accepted += change;
        }
        else if (phase != StepPhase.Pending)
        {
            _ = change > 0 ? _begun.Add(position) : _begun.Remove(position);
        }

        if (change > 0 && phase != StepPhase.Accepted)
        {
            _firstOpen = Math.Min(_firstOpen, position);
        }
    }
}
