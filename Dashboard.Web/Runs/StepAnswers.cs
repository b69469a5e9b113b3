using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Whether what an operator wants of a step fits what the step is. Pure.</summary>
static class StepAnswers
{
    static readonly string[] BudgetUnits = ["tokens", "cost_usd", "tool_calls", "steps", "wall_clock_seconds"];

    const int LongestMessage = 8000;

    public static Answer Retry(RunState run, string stepId, Caller by, string? comment) =>
        Find(run, stepId) switch
        {
            null => Unknown(run, stepId),
            { Phase: StepPhase.Pending } => new Answer(null),
            { Phase: StepPhase.Accepted } => Refuse(409, "step_accepted", $"Step {stepId} is accepted, and others may rest on it. Fork the run before it to do it again."),
            _ => new Answer(new StepRetryRequested(stepId, by.Principal, comment, by.Request)),
        };

    public static Answer Judge(RunState run, string stepId, bool accept, string principal, string? comment) =>
        Find(run, stepId) switch
        {
            null => Unknown(run, stepId),
            { Phase: StepPhase.Accepted } when accept => new Answer(null),
            { Phase: StepPhase.Rejected or StepPhase.Executed } step => new Answer(new StepReviewed(
                stepId, step.Attempt, accept ? Verdict.Accept : Verdict.Fail, comment ?? $"{principal} {(accept ? "accepts" : "refuses")} it.", [new CheckResult("a person's judgement", accept, principal)])),
            var step => Refuse(409, "nothing_to_judge", $"Step {stepId} is {RunPhases.NameOf(step.Phase)}: there is no answer to judge."),
        };

    public static Answer Raise(RunState run, string unit, decimal by, string principal, string? comment) =>
        !BudgetUnits.Contains(unit, StringComparer.Ordinal) ? Refuse(400, "invalid_budget", $"\"unit\" is one of {string.Join(", ", BudgetUnits)}.")
        : by is < 0 or > 1_000_000_000_000 ? Refuse(400, "invalid_budget", "\"by\" is what there is to be more of the unit: 0 (up to the cap) or greater.")
        : new Answer(new BudgetRaised(unit, by, principal, comment));

    public static Answer Say(RunState run, string? stepId, string text, Caller by) =>
        text.Trim().Length is 0 or > LongestMessage ? Refuse(400, "invalid_message", $"A message has 1 to {LongestMessage} characters.")
        : stepId is not null && Find(run, stepId) is null ? Unknown(run, stepId)
        : new Answer(new OperatorMessage(by.Principal, text.Trim(), stepId, by.Request));

    static StepState? Find(RunState run, string stepId) => run.Steps.FirstOrDefault(step => step.Id == stepId);

    public static Answer Unknown(RunState run, string stepId) =>
        Refuse(404, "unknown_step", $"Run {run.RunId} has no step {stepId}. Its steps are {(run.Steps.Count == 0 ? "not planned yet" : string.Join(", ", run.Steps.Select(step => step.Id)))}.");

    static Answer Refuse(int status, string code, string message) => new(null, new VerbOutcome.Refused(status, code, message));
}
