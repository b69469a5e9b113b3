using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Whether a person's answer to a tool call still fits. Pure.</summary>
static class CallAnswers
{
    public static Answer Decide(RunState run, string callId, CallAnswer given, string principal, DateTimeOffset now)
    {
        if (!run.Calls.TryGetValue(callId, out var call) || call.Approval is not { } asked)
        {
            return Refuse(404, "unknown_approval", $"Call {callId} of run {run.RunId} does not wait for approval. GET /approvals lists those that do.");
        }

        if (call.ApprovalAnswer is { } settled)
        {
            return settled.Approved == given.Approve && given.Arguments is null
                ? new Answer(null)
                : Refuse(409, "already_decided", $"Call {callId} was {(settled.Approved ? "approved" : "denied")} by {settled.Principal}; the first answer holds.");
        }

        if (call.ApprovalHasExpired || asked.ExpiresAt <= now)
        {
            return Refuse(409, "approval_expired", $"The question about call {callId} expired at {asked.ExpiresAt:u}. Retry the step, if the call is still wanted: it is asked for again.");
        }

        if (given.Digest is { } seen && PendingCalls.Of(run).First(question => question.CallId == callId).Digest != seen)
        {
            return Refuse(409, "question_changed", $"What call {callId} would do has changed since you read it. Look at it again, then answer.");
        }

        return given.Approve ? Approve(run, call, asked, given, principal) : new Answer(new ApprovalDecided(callId, asked.StepId, Approved: false, principal, given.Comment));
    }

    static Answer Approve(RunState run, ToolCallState call, ApprovalRequested asked, CallAnswer given, string principal)
    {
        var callId = asked.CallId;
        if (asked.NotSubmitter && Same(run.Principal, principal))
        {
            return Refuse(403, "submitter_may_not_approve", $"{principal} submitted this goal; rule {asked.Rule} wants somebody else to approve {callId}.");
        }

        if (given.Arguments is { ValueKind: not JsonValueKind.Object })
        {
            return Refuse(400, "invalid_arguments", "\"arguments\" is the whole JSON object the call is to be made with.");
        }

        var present = call.EditedArguments ?? asked.Arguments;
        var isEdit = given.Arguments is { } wanted && !JsonElement.DeepEquals(wanted, present);
        if (!isEdit && call.EditedArguments is not null && given.Digest is null)
        {
            return Refuse(409, "question_changed", $"The arguments of {callId} were edited by {call.ApprovalAnswers[^1].Principal}. Read it (GET /runs/{run.RunId}/approvals/{callId}) and approve with its \"digest\".");
        }

        return !isEdit && call.ApprovalAnswers.FirstOrDefault(answer => Same(answer.Principal, principal)) is not null
            ? new Answer(null)
            : new Answer(new ApprovalDecided(callId, asked.StepId, Approved: true, principal, given.Comment, isEdit ? given.Arguments : null));
    }

    public static Answer Resolve(RunState run, string callId, bool happened, string principal, string? comment)
    {
        if (!run.Calls.TryGetValue(callId, out var call) || call.Unknown is not { } unknown)
        {
            return Refuse(404, "unknown_call", $"The outcome of call {callId} of run {run.RunId} is not in question.");
        }

        if (call.Resolved is { } given)
        {
            return given.Happened == happened
                ? new Answer(null)
                : Refuse(409, "already_decided", $"{given.Principal} said that call {callId} {(given.Happened ? "happened" : "did not happen")}; the first answer holds.");
        }

        return new Answer(new ToolCallResolved(callId, unknown.StepId, happened, principal, comment));
    }

    /// <summary>An answer about a step's call, which need not be named while there is one.</summary>
    public static Answer Resolve(RunState run, string stepId, string? callId, Func<string, Answer> answer)
    {
        if (run.Steps.All(step => step.Id != stepId))
        {
            return StepAnswers.Unknown(run, stepId);
        }

        if (callId is not null)
        {
            return run.Calls.TryGetValue(callId, out var named) && named.Decided.StepId == stepId
                ? answer(callId)
                : Refuse(404, "unknown_call", $"Step {stepId} of run {run.RunId} has no call {callId}.");
        }

        var asked = run.Calls.Values.Where(call => call.Unknown is not null && call.Decided.StepId == stepId).ToList();
        var open = asked.Where(call => call.IsUnresolved).ToList();
        return (open.Count, asked.Count) switch
        {
            (1, _) => answer(open[0].Decided.CallId),
            (0, 1) => answer(asked[0].Decided.CallId),
            (0, _) => Refuse(404, "unknown_call", $"Step {stepId} of run {run.RunId} has no call of unknown outcome."),
            _ => Refuse(409, "several_unknown_calls", $"Step {stepId} has {open.Count} calls of unknown outcome: {string.Join(", ", open.Select(call => $"{call.Decided.CallId} ({call.Decided.Tool})"))}. Say which, as \"call\" (--call)."),
        };
    }

    /// <summary>Has an executor find out by a call that only reads.</summary>
    public static Answer Check(RunState run, string callId, WantedCheck wanted, Caller by, string? comment)
    {
        if (!run.Calls.TryGetValue(callId, out var call) || call.Unknown is not { } unknown)
        {
            return Refuse(404, "unknown_call", $"The outcome of call {callId} of run {run.RunId} is not in question.");
        }

        if (call.Resolved is { } given)
        {
            return Refuse(409, "already_decided", $"{given.Principal} said that call {callId} {(given.Happened ? "happened" : "did not happen")}; the first answer holds.");
        }

        if (string.IsNullOrWhiteSpace(wanted.Tool) || wanted.Arguments.ValueKind != JsonValueKind.Object || wanted.Expect is { Length: 0 or > LongestExpectation })
        {
            return Refuse(400, "invalid_check", $"A check names a \"tool\" that only reads, has its \"arguments\" as a JSON object, and may \"expect\" a text of at most {LongestExpectation} characters.");
        }

        if (run.Steps.FirstOrDefault(step => step.Id == unknown.StepId) is not { Phase: StepPhase.Unknown } step || step.Attempt != unknown.Attempt)
        {
            return Refuse(409, "check_not_possible", $"Call {callId} belongs to attempt {unknown.Attempt} of step {unknown.StepId}, which is not worked on any more, so no executor can look for it. Say yourself whether it happened.");
        }

        if (run.IsPaused || run.HeldBy is not null)
        {
            return Refuse(409, "run_paused", $"Run {run.RunId} is paused, and nothing is begun for it. Resume it first, or say yourself whether {callId} happened.");
        }

        return call.OpenCheck switch
        {
            null => new Answer(new ToolCallCheckRequested(callId, unknown.StepId, call.ChecksAsked + 1, wanted.Tool.Trim(), wanted.Arguments, by.Principal, wanted.Expect, comment, by.Request)),
            { } open when open.Tool == wanted.Tool.Trim() && JsonElement.DeepEquals(open.Arguments, wanted.Arguments) && open.Expect == wanted.Expect => new Answer(null),
            { } open => Refuse(409, "check_running", $"{open.Principal} has {callId} checked by {open.Tool} just now. Wait for what it shows."),
        };
    }

    const int LongestExpectation = 1000;

    static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    static Answer Refuse(int status, string code, string message) => new(null, new VerbOutcome.Refused(status, code, message));
}

/// <summary>A person's answer to a question about a call.</summary>
/// <param name="Arguments">Approve with these arguments instead; null = as asked.</param>
/// <param name="Digest">Of the question as it was read; null = whatever it is now.</param>
sealed record CallAnswer(bool Approve, string? Comment = null, JsonElement? Arguments = null, string? Digest = null);

/// <summary>A call that only reads, to find out what became of another.</summary>
/// <param name="Expect">Text that its answer holds if the other happened; null = a person decides.</param>
sealed record WantedCheck(string Tool, JsonElement Arguments, string? Expect = null);
