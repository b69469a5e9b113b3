using Agent.Cli.Door;
using Agent.Contracts;

namespace Agent.Cli.Output;

/// <summary>Progress of a run for a person: a line for each change, or a table that changes in place where stderr is a terminal.</summary>
interface IRunProgress : IAsyncDisposable
{
    Task ShowAsync(RunView run);
}

/// <summary>A line for each change.</summary>
sealed class PlainProgress(Talk talk) : IRunProgress
{
    readonly Dictionary<string, string> _steps = new(StringComparer.Ordinal);
    RunPhase? _state;
    int _plan;

    public static string StateName(RunPhase state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    public Task ShowAsync(RunView run)
    {
        if (run.PlanVersion > _plan)
        {
            _plan = run.PlanVersion;
            Line(run, $"plan {run.PlanVersion}: {run.Steps.Count} steps");
        }

        foreach (var step in run.Steps)
        {
            var state = step.Attempts > 1 ? $"{step.State} (attempt {step.Attempts})" : step.State;
            if (step.State != "pending" && (!_steps.TryGetValue(step.Id, out var known) || known != state))
            {
                _steps[step.Id] = state;
                Line(run, $"  {step.Id,-16} {state,-18} {step.Title}{Took(step)}");
            }
        }

        if (_state != run.State)
        {
            _state = run.State;
            Line(run, StateName(run.State) + (run.WaitReason is { } reason ? $": {reason}" : ""));
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static string Took(StepView step) =>
        step is { StartedAt: { } from, EndedAt: { } to } ? $"  {(to - from).TotalSeconds:0.0} s" : "";

    void Line(RunView run, string text) => talk.Say($"{run.DurationMs / 1000.0,6:0.0} s  {text}");
}
