using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Contracts;

namespace Agent.Cli.Commands;

/// <summary>Stays with a run until it has ended or waits for a person, and says how it went.</summary>
static class RunSession
{
    static readonly TimeSpan CancelPatience = TimeSpan.FromMilliseconds(500);

    public static async Task<ExitCode> WatchAsync(IDoorSource source, DoorClient door, Guid runId, Talk talk, bool json, CancellationToken cancellationToken)
    {
        RunView run;
        try
        {
            await using IRunProgress progress = talk.ErrorIsTerminal ? new LiveProgress(talk.Error) : new PlainProgress(talk);
            if (!talk.ErrorIsTerminal)
            {
                talk.Say($"run {runId}");
            }

            run = await new RunWatch(door, TimeProvider.System).UntilSettledAsync(runId, progress.ShowAsync, talk.Say, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await InterruptAsync(source, door, runId, talk);
        }

        Tell(run, source.IsOurs, door.Url, talk, json);
        return ExitCodes.Of(run.State, run.StopReason);
    }

    static void Tell(RunView run, bool suiteIsOurs, Uri consoleUrl, Talk talk, bool json)
    {
        if (json)
        {
            talk.AnswerJson(RunResult.Of(run));
        }
        else if (run.Report is { Length: > 0 } report)
        {
            talk.Answer(report);
        }

        if (run.State == RunPhase.WaitingApproval)
        {
            talk.Say($"Run {run.RunId} waits for a person: {(run.WaitReason ?? "a tool call wants approval").TrimEnd('.')}. "
                + (run.WaitingFor == "plan_sign_off" && !suiteIsOurs ? $"Read it: agent runs plan {run.RunId}   Sign it: agent runs approve-plan {run.RunId}   Console: {consoleUrl}runs/{run.RunId}"
                : run.WaitingFor == "promotion" && !suiteIsOurs ? $"Read it: agent runs changes {run.RunId} --diff   Promote it: agent runs promote {run.RunId}   Console: {consoleUrl}runs/{run.RunId}"
                : suiteIsOurs ? "It is kept: start the suite with `dotnet run --project AppHost` and decide in the console." : $"Decide in the console: {consoleUrl}runs/{run.RunId}"));
        }
        else if (run.State != RunPhase.Succeeded)
        {
            var reason = run.StopReason is { } given ? $" ({System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(given.ToString())})" : "";
            talk.Say($"The run ended {PlainProgress.StateName(run.State)}{reason}{Why(run, json)}");
        }

    }

    /// <summary>Not a second time what the report on the screen says already.</summary>
    static string Why(RunView run, bool json) => run.Detail switch
    {
        null or "" => ".",
        { } detail when !json && run.Report?.Contains(detail, StringComparison.Ordinal) == true => "; the report says why.",
        { } detail => ": " + detail,
    };

    static async Task<ExitCode> InterruptAsync(IDoorSource source, DoorClient door, Guid runId, Talk talk)
    {
        if (!source.IsOurs)
        {
            talk.Say($"The run goes on. Watch it: agent runs watch {runId}   End it: agent cancel {runId}");
            return ExitCode.Interrupted;
        }

        // The suite ends with this command; left alone, the run would be taken up again by the next start, long after anybody wanted it.
        using var patience = new CancellationTokenSource(CancelPatience);
        try
        {
            await door.ActAsync(runId, "cancel", "Ctrl+C", patience.Token);
            talk.Say($"Stopped. Run {runId} is cancelled; what it found so far is kept: agent runs show {runId}");
        }
        catch (Exception exception) when (exception is DoorException or OperationCanceledException)
        {
            talk.Say($"Stopped. Run {runId} could not be cancelled in time and is taken up again by the next start; end it then: agent cancel {runId}");
        }

        return ExitCode.StoppedByOperator;
    }
}

/// <summary>What <c>--json</c> prints of a run; its shape is written down in docs/cli.md.</summary>
sealed record RunResult(
    Guid RunId, RunPhase State, StopReason? StopReason, string? Detail, string Report, IReadOnlyList<RunResult.Step> Steps, int PlanVersion, int ToolCalls, long Tokens,
    long DurationMs, string JournalHead)
{
    public static RunResult Of(RunView run) => new(
        run.RunId, run.State, run.StopReason, run.Detail, run.Report ?? "", [.. run.Steps.Select(step => new Step(step.Id, step.Title, step.State, step.Attempts))],
        run.PlanVersion, run.ToolCalls, run.Tokens, run.DurationMs, run.JournalHead);

    internal sealed record Step(string Id, string Title, string State, int Attempts);
}
