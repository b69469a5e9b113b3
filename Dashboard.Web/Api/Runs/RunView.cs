using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>A run as the API shows it.</summary>
/// <param name="WaitingFor"><c>approval</c>, <c>budget</c>, <c>plan_sign_off</c>, <c>promotion</c>, <c>capacity</c>, <c>slot</c>, <c>operator</c> or <c>kill_switch</c> while the run can not go on by itself.</param>
/// <param name="ToolCalls">How many the executors decided about.</param>
/// <param name="CostUsd">By the price table; null: no model of it had a price.</param>
/// <param name="Usage">What its models took, by role.</param>
/// <param name="JournalHead">Hash of the last entry.</param>
public sealed record RunView(
    Guid RunId,
    string Goal,
    string Workspace,
    string Principal,
    RunPhase State,
    StopReason? StopReason,
    string? Detail,
    string? Report,
    IReadOnlyList<StepView> Steps,
    int PlanVersion,
    string? PlanSummary,
    int ToolCalls,
    long Tokens,
    long InputTokens,
    long OutputTokens,
    string? Model,
    long DurationMs,
    string? WaitingFor,
    string? WaitReason,
    string JournalHead,
    long JournalLength,
    DateTimeOffset SubmittedAt,
    DateTimeOffset UpdatedAt,
    Guid? ForkedFrom = null,
    int Priority = RunState.DefaultPriority,
    SignOffView? SignOff = null,
    string? Origin = null,
    decimal? CostUsd = null,
    IReadOnlyDictionary<string, ModelUse>? Usage = null,
    ChangesView? Changes = null)
{
    public static RunView Of(RunState run, DateTimeOffset now) => new(
        run.RunId,
        run.Goal,
        run.Workspace,
        run.Principal,
        run.Phase,
        run.End?.StopReason,
        run.End?.Detail,
        run.End?.Report,
        [.. run.Steps.Select(StepView.Of)],
        run.PlanVersion,
        run.Plan?.Summary,
        run.Calls.Count,
        run.InputTokens + run.OutputTokens,
        run.InputTokens,
        run.OutputTokens,
        run.Model,
        (long)Math.Max(0, ((run.End is null ? now : run.UpdatedAt) - run.SubmittedAt).TotalMilliseconds),
        Waiting(run),
        ReasonOf(run),
        run.Head.Hash,
        run.Head.Sequence,
        run.SubmittedAt,
        run.UpdatedAt,
        run.ForkedFrom?.FromRun,
        run.Priority,
        SignOffView.Of(run),
        run.Origin,
        run.Use.CostUsd,
        run.UseByRole.Count == 0 ? null : run.UseByRole.ToDictionary(StringComparer.Ordinal),
        ChangesView.Of(run));

    static string? Waiting(RunState run) => run.Phase switch
    {
        RunPhase.Paused when run.HeldBy is not null => "kill_switch",
        RunPhase.WaitingCapacity when run.Waits.Contains("slot") => "slot",
        RunPhase.WaitingApproval when run.Waits.Contains("budget") => "budget",
        RunPhase.WaitingApproval when run.SignOff is { Answer: null } => "plan_sign_off",
        RunPhase.WaitingApproval when run.WorkingCopy is { WaitsForPerson: true } => "promotion",
        RunPhase.WaitingApproval => "approval",
        RunPhase.WaitingCapacity => "capacity",
        RunPhase.Paused => "operator",
        _ => null,
    };

    static string? ReasonOf(RunState run) => Waiting(run) switch
    {
        null => null,
        "plan_sign_off" => $"Version {run.PlanVersion} of the plan is to be signed by a person. {run.SignOff!.Reason}",
        "promotion" => $"The run's changes are to be promoted or rejected by a person. {run.WorkingCopy!.Asked!.Reason}",
        "kill_switch" => $"{run.HeldBy!.Principal} engaged the kill switch{(run.HeldBy.Comment is { Length: > 0 } why ? $": {why}" : ".")}",
        _ => run.WaitReason,
    };
}

/// <summary>How the present plan stands with the person who is to sign it.</summary>
/// <param name="State"><c>waiting</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="Reason">Who wants it signed.</param>
public sealed record SignOffView(string State, string Reason, string? Principal, string? Comment)
{
    /// <summary>Null if nobody was asked.</summary>
    public static SignOffView? Of(RunState run) => run.SignOff is { } signOff
        ? new SignOffView(signOff.Answer switch { null => "waiting", { Approved: true } => "approved", _ => "rejected" }, signOff.Reason, signOff.Answer?.Principal, signOff.Answer?.Comment)
        : null;
}

/// <summary>One step as the API shows it.</summary>
/// <param name="Failure">Why it could not be done; <paramref name="FailureCode"/> says so for programs.</param>
public sealed record StepView(
    string Id,
    string Title,
    StepPhase State,
    int Attempts,
    IReadOnlyList<string> DependsOn,
    string? Answer,
    string? Failure,
    string? FailureCode,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    ModelUse? Usage = null)
{
    public static StepView Of(StepState step) => new(
        step.Id, step.Definition.Title, step.Phase, step.Attempt, step.Definition.DependsOn, step.Answer, step.Failure?.Reason, step.Failure?.Code, step.StartedAt, step.EndedAt,
        step.Use.Calls == 0 ? null : step.Use);
}
