using Agent.Contracts;

namespace Agent.Dashboard.Web.Runs;

/// <summary>How a line is meant.</summary>
public enum Tone
{
    Plain,
    Good,
    Warn,
    Bad,
}

/// <summary>One event in one line.</summary>
public sealed record Told(string Text, Tone Tone = Tone.Plain, string? StepId = null, string? CallId = null);

/// <summary>Says in one line what an event was; timelines and logs show these.</summary>
static class EventStory
{
    public static Told Tell(IRunEvent runEvent) => runEvent switch
    {
        RunSubmitted e => new($"Goal submitted by {e.Principal}: {Short(e.Goal)}"),
        ModelReplied e => new($"{Title(e.Role)} model {e.Model}, turn {e.Turn}: {(e.Calls.Count > 0 ? "asks for " + string.Join(", ", e.Calls.Select(call => call.Tool)) : Short(e.Text))} ({e.Usage.Input} + {e.Usage.Output} tokens, {e.DurationMs:0} ms)", StepId: e.StepId),
        PlanRefused e => new($"Plan refused (try {e.Attempt}): {Short(string.Join("; ", e.Mistakes))}", Tone.Warn),
        PlanAccepted e => new($"Plan version {e.Version} accepted: {e.Plan.Steps.Count} {(e.Plan.Steps.Count == 1 ? "step" : "steps")}"),
        PlanSignOffRequested e => new($"Version {e.Version} of the plan waits for a signature: {e.Reason}", Tone.Warn),
        PlanSignOffDecided e => new($"Version {e.Version} of the plan {(e.Approved ? "signed" : "rejected")} by {e.Principal}{Note(e.Comment)}", e.Approved ? Tone.Good : Tone.Warn),
        WorkingCopyRequested e => new($"The run works in a copy of the workspace. {e.Reason}"),
        WorkingCopyMade e => new($"Working copy made: {e.Files} files, {e.Bytes} bytes{(e.LeftOut.Count > 0 ? $", {e.LeftOut.Count} left out" : "")}"),
        WorkingCopyFailed e => new($"Working copy failed: {e.Reason}", Tone.Bad),
        ChangesFound e => new($"Changes: {e.Added} added, {e.Changed} changed, {e.Removed} removed"),
        ChangesChecked e => new($"Check {Short(string.Join(' ', e.Argv))} {(e.Passed ? "passed" : "did not pass")}{(e.ExitCode is { } code ? $", exit code {code}" : "")} ({e.DurationMs:0} ms)", e.Passed ? Tone.Good : Tone.Bad),
        PromotionApprovalRequested e => new($"The changes wait for a person: {Short(e.Reason)}", Tone.Warn),
        PromotionDecided e => new($"Changes {(e.Approved ? "approved" : "rejected")} by {e.Principal}{Note(e.Comment)}", e.Approved ? Tone.Good : Tone.Warn),
        PromotionStarted e => new($"Writing {e.Files} {(e.Files == 1 ? "file" : "files")} to the workspace"),
        PromotionEnded e => new(e.Outcome == PromotionOutcome.Promoted ? $"{e.Written} {(e.Written == 1 ? "file" : "files")} promoted to the workspace" : $"Not promoted ({RunPhases.NameOf(e.Outcome)}): {Short(string.Join("; ", e.Refused))}", e.Outcome == PromotionOutcome.Promoted ? Tone.Good : Tone.Warn),
        BudgetRaised e => new(e.By > 0 ? $"{e.Principal} raised the budget of {e.Unit} by {e.By}{Note(e.Comment)}" : $"{e.Principal} lets the run use its {e.Unit} to the end{Note(e.Comment)}"),
        CanaryAssigned e => new($"Put on policy canary {e.Canary}, bundle {e.BundleDigest[..Math.Min(12, e.BundleDigest.Length)]}, with {e.Share:P0} of new runs"),
        RunPriorityChanged e => new($"{e.Principal} set the priority to {e.Priority}{Note(e.Comment)}"),
        KillSwitchEngaged e => new($"{e.Principal} engaged the kill switch{Note(e.Comment)}", Tone.Bad),
        KillSwitchLifted e => new($"{e.Principal} lifted the kill switch{Note(e.Comment)}", Tone.Good),
        StepDispatched e => new(e.Attempt == 1 ? $"Step {e.StepId} may run" : $"Step {e.StepId} may run again, attempt {e.Attempt}", e.Attempt == 1 ? Tone.Plain : Tone.Warn, e.StepId),
        StepLeased e => new($"Step {e.StepId} taken by {e.Owner} (token {e.Token})", StepId: e.StepId),
        ToolCallDecided e => new($"{e.Tool}: {RunPhases.NameOf(e.Decision)} by {e.Rule} – {e.Reason}", e.Decision == CallDecision.Allow ? Tone.Plain : Tone.Warn, e.StepId, e.CallId),
        ApprovalRequested e => new($"{e.Tool} waits for approval: {e.Reason}", Tone.Warn, e.StepId, e.CallId),
        ApprovalDecided e => new($"{(e.Approved ? e.Arguments is null ? "Approved" : "Approved with other arguments" : "Denied")} by {e.Principal}{(e.Standing is null ? "" : $", standing approval {e.Standing}")}{Note(e.Comment)}", e.Approved ? Tone.Good : Tone.Warn, e.StepId, e.CallId),
        ApprovalVoided e => new($"Approval void, changed since it was asked: {string.Join(", ", e.Differences.Select(one => one.What.Replace('_', ' ')))}", Tone.Warn, e.StepId, e.CallId),
        ApprovalExpired e => new($"Approval expired at {e.ExpiredAt:u}: nobody said yes or no in time", Tone.Warn, e.StepId, e.CallId),
        ToolCallEdited e => new($"{e.Tool} goes on with arguments given by {e.Principal}: {RunPhases.NameOf(e.Decision)} by {e.Rule}", Tone.Warn, e.StepId, e.CallId),
        ToolCallStarted e => new($"{e.Tool} started", StepId: e.StepId, CallId: e.CallId),
        ToolCallFinished e => new($"{e.Tool} ended {RunPhases.NameOf(e.Outcome)} in {e.DurationMs:0} ms", e.Outcome == ToolCallOutcome.Ok ? Tone.Plain : Tone.Warn, e.StepId, e.CallId),
        ToolCallUnknown e => new($"{e.Tool}: outcome unknown – {e.Reason}", Tone.Bad, e.StepId, e.CallId),
        ToolCallResolved { Check: { } check } e => new($"Check {check} says it {(e.Happened ? "happened" : "did not happen")}{Note(e.Comment)}", Tone.Plain, e.StepId, e.CallId),
        ToolCallResolved e => new($"{e.Principal} says it {(e.Happened ? "happened" : "did not happen")}{Note(e.Comment)}", Tone.Plain, e.StepId, e.CallId),
        ToolCallCheckRequested e => new($"{e.Principal} has it checked by {e.Tool}{(e.Expect is null ? "" : $", which shows “{Short(e.Expect)}” if it happened")}{Note(e.Comment)}", Tone.Plain, e.StepId, e.CallId),
        ToolCallChecked e => new(e.Decision == CallDecision.Allow ? $"Checked by {e.Tool}, {RunPhases.NameOf(e.Outcome)}: {Short(e.Output)}" : $"Not checked by {e.Tool}, rule {e.Rule}: {e.Reason}", e.Outcome == ToolCallOutcome.Ok ? Tone.Plain : Tone.Warn, e.StepId, e.CallId),
        StepExecuted e => new($"Step {e.StepId} answered: {Short(e.Answer)}", StepId: e.StepId),
        StepFailed e => new($"Step {e.StepId} failed ({e.Code}): {e.Reason}", Tone.Bad, e.StepId),
        StepReviewed e => new($"Step {e.StepId} reviewed: {RunPhases.NameOf(e.Verdict)}, {e.Checks.Count(check => check.Passed)} of {e.Checks.Count} checks pass{Note(e.Feedback)}", e.Verdict == Verdict.Accept ? Tone.Good : Tone.Warn, e.StepId),
        RunReviewed e => new($"Run reviewed: {RunPhases.NameOf(e.Verdict)}, {e.Checks.Count(check => check.Passed)} of {e.Checks.Count} checks pass{Note(e.Feedback)}", e.Verdict == Verdict.Accept ? Tone.Good : Tone.Warn),
        RunWaiting e => new($"Waiting for {e.For}: {e.Reason}", Tone.Warn, e.StepId),
        RunWaitEnded e => new($"{Title(e.For)} is there again", Tone.Good, e.StepId),
        RunPaused e => new($"Paused by {e.Principal}{Note(e.Comment)}", Tone.Warn),
        RunResumed e => new($"Resumed by {e.Principal}{Note(e.Comment)}"),
        RunCancelRequested e => new($"Cancelled by {e.Principal}{Note(e.Comment)}", Tone.Warn),
        StepRetryRequested e => new($"{e.Principal} wants step {e.StepId} tried again{Note(e.Comment)}", Tone.Plain, e.StepId),
        OperatorMessage e => new($"{e.Principal} says{(e.StepId is null ? "" : $" to step {e.StepId}")}: {Short(e.Text)}", Tone.Plain, e.StepId),
        RunForked e => new($"Forked by {e.Principal} from run {e.FromRun} after entry {e.Sequence}"),
        CriticalStateEntered e => new($"{RunPhases.NameOf(e.State).ToUpperInvariant()}, answered by {e.Protocol.Replace('_', ' ')}: {e.Reason}", Tone.Bad, e.StepId),
        RunEnded e => new($"Run ended {RunPhases.NameOf(e.State)} ({RunPhases.NameOf(e.StopReason)}){Note(e.Detail)}", e.State == RunPhase.Succeeded ? Tone.Good : e.State == RunPhase.Failed ? Tone.Bad : Tone.Warn),
        PlanProposed e => new($"{e.Principal} proposes another plan of {e.Plan.Steps.Count} steps{Note(e.Comment)}", Tone.Warn),
        _ => new(runEvent.GetType().Name),
    };

    const int Longest = 120;

    static string Note(string? comment) => string.IsNullOrWhiteSpace(comment) ? "" : " – " + Short(comment);

    static string Title(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= Longest ? line : line[..(Longest - 1)] + "…";
    }
}
