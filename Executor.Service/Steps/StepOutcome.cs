namespace Agent.Executor.Service.Steps;

/// <summary>Every way our work on a step can end for now.</summary>
abstract record StepOutcome
{
    StepOutcome()
    {
    }

    /// <summary>It gave its answer.</summary>
    public sealed record Executed : StepOutcome;

    public sealed record Failed(string Code, string Reason) : StepOutcome;

    /// <summary>A person must answer; nobody owns it meanwhile.</summary>
    public sealed record Parked(string CallId) : StepOutcome;

    /// <summary>Not begun: not ours, or done already.</summary>
    public sealed record Ignored(string Reason) : StepOutcome;

    /// <summary>Begun and left: paused, cancelled, taken over, or this process stops. Whoever is to go on finds all in the journal.</summary>
    public sealed record HandedBack(string Reason) : StepOutcome;
}
