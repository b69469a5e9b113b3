using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Executor.Service.Tools;

/// <summary>The one choke point: whatever acts on the world for a model acts here. Normalise → decide → ask → intent → act → outcome, each fact in the journal before the next thing is done.</summary>
sealed class ToolCalls(IToolSource catalogue, IToolPolicy policy, CallQuestions questions, IStandingAnswers standing, IToolActs acts, ICallChecks checks)
{
    /// <summary>Takes a call as far as it can go now, from wherever its journal says it stands.</summary>
    public async Task<CallProgress> AdvanceAsync(OwnedStep step, string callId, RequestedCall requested)
    {
        while (true)
        {
            // What a decision rested on may change before its intent is written, and a standing approval answers at once.
            if (await AdvanceOnceAsync(step, callId, requested) is var progress && progress != CallProgress.Again)
            {
                return progress;
            }
        }
    }

    async Task<CallProgress> AdvanceOnceAsync(OwnedStep step, string callId, RequestedCall requested)
    {
        var known = step.Run.Calls.GetValueOrDefault(callId);
        if (known?.Finished is not null)
        {
            return CallProgress.Finished;
        }

        var call = new ToolCall(step, callId, requested.Tool, requested.CallId);
        if (known?.OpenCheck is { } check)
        {
            return await CheckAsync(call, check);
        }

        if (await catalogue.FindAsync(requested.Tool, step.Stop) is not { } tool)
        {
            return await RefuseAsync(call, known, requested.Arguments, new Decision(Ruling.Deny, "unknown-tool", $"There is no tool '{requested.Tool}' here now. Call one of those you were offered, by its exact name.", ""), ToolCallOutcome.Denied);
        }

        call = call with { Description = tool.Description };
        try
        {
            var workspace = acts.Open(step.Run.Directory);
            var prepared = tool.Prepare(new ToolArguments(known?.Wanted ?? requested.Arguments, tool.Description), workspace);
            return await AdvanceAsync(call with { Workspace = workspace }, known, prepared);
        }
        catch (ToolRefusedException refusal)
        {
            var outcome = refusal.Rule == ToolRefusedException.Arguments ? ToolCallOutcome.Error : ToolCallOutcome.Denied;
            return await RefuseAsync(call, known, requested.Arguments, new Decision(Ruling.Deny, refusal.Rule, refusal.Message, ""), outcome);
        }
        catch (ToolFailedException failure)
        {
            return await RefuseAsync(call, known, requested.Arguments, new Decision(Ruling.Deny, "workspace", failure.Message, ""), ToolCallOutcome.Error);
        }
    }

    async Task<CallProgress> AdvanceAsync(ToolCall call, ToolCallState? known, PreparedCall prepared)
    {
        call = call with { Sandbox = prepared.StartsProcess ? await acts.IsolationAsync(prepared) : null };
        var decision = policy.Decide(call, prepared);
        CrashPoint.Reach("call.decided");
        return known switch
        {
            null => await DecideAsync(call, prepared, decision),
            { Started: not null } => await RecoverAsync(call, known, prepared, decision),
            { Decided.Decision: CallDecision.Ask } => await AnswerAsync(call, known, prepared, decision),
            _ => await GoOnAsync(call, prepared, decision),
        };
    }

    // Decision and intent are one append: what is allowed is about to happen.
    async Task<CallProgress> DecideAsync(ToolCall call, PreparedCall prepared, Decision decision)
    {
        switch (decision.Ruling)
        {
            case Ruling.Allow:
                return await ActAsync(call, null, prepared, decision, isRepeat: false, call.Decided(prepared.Arguments, decision));
            case Ruling.Ask:
                return await AskAsync(call, prepared, decision, call.Decided(prepared.Arguments, decision));
            default:
                return await RefuseAsync(call, null, prepared.Arguments, decision, ToolCallOutcome.Denied);
        }
    }

    async Task<CallProgress> AskAsync(ToolCall call, PreparedCall prepared, Decision decision, params IReadOnlyList<IRunEvent> before)
    {
        var question = await questions.AskAsync(call, prepared, decision);
        IReadOnlyList<IRunEvent> answer = await standing.AnswerAsync(call, question) is { } yes ? [yes] : [];
        await call.Step.AppendIntentAsync([.. before, question, .. answer]);
        CrashPoint.Reach("call.asked");
        return answer.Count > 0 ? CallProgress.Again : CallProgress.Parked;
    }

    async Task<CallProgress> AnswerAsync(ToolCall call, ToolCallState known, PreparedCall prepared, Decision decision)
    {
        if (known.Approval is not { } asked)
        {
            return await AskAsync(call, prepared, decision);
        }

        if (known.ApprovalAnswer is not { } answer)
        {
            return questions.IsOpen(asked) ? CallProgress.Parked : await ExpireAsync(call, asked, decision, $"Nobody answered by {asked.ExpiresAt:u}: the request expired.");
        }

        if (!answer.Approved)
        {
            return await EndDeniedAsync(call, decision, asked.Rule, answer.Comment is { Length: > 0 } comment ? $"{answer.Principal} said no: {comment}" : $"{answer.Principal} said no.");
        }

        if (!questions.IsOpen(asked))
        {
            return await ExpireAsync(call, asked, decision, $"The approval was good until {asked.ExpiresAt:u}.");
        }

        IReadOnlyList<IRunEvent> edit = call.Edit(known, prepared.Arguments, decision) is { } edited ? [edited] : [];
        switch (decision.Ruling)
        {
            case Ruling.Deny:
                return await EndDeniedAsync(call, decision, decision.Rule, edit.Count > 0 ? $"The arguments that {answer.Principal} gave the call are not allowed. {decision.Reason}" : decision.Reason, edit);
            case Ruling.Ask when await questions.DifferencesAsync(call, known, prepared, decision) is { Count: > 0 } differences:
                return await AskAsync(call, prepared, decision, [.. edit, new ApprovalVoided(call.Id, call.Step.Step.Id, call.Step.Attempt, differences)]);
            default:
                return await ActAsync(call, known, prepared, decision, isRepeat: false, edit);
        }
    }

    async Task<CallProgress> RecoverAsync(ToolCall call, ToolCallState known, PreparedCall prepared, Decision decision)
    {
        if (known.Resolved is { Happened: true } resolved)
        {
            return await ConfirmAsync(call, resolved, decision);
        }

        if (known.Resolved is null)
        {
            if (known.Unknown is not null)
            {
                return CallProgress.Parked;
            }

            var repeatable = known.Started!.Effect is EffectClass.Pure or EffectClass.Idempotent;
            if (!repeatable || !await MayBeMadeAsync(call, known, prepared, decision))
            {
                return await EndAsync(call.Step, new ToolCallUnknown(call.Id, call.Step.Step.Id, call.Step.Attempt, call.Tool, repeatable
                    ? "The process died while the call was being made, and policy no longer allows it, so it can not be made again."
                    : $"The process died while the call was being made. {call.Tool} may have done its work, and doing it twice may do harm."));
            }

            return await ActAsync(call, known, prepared, decision, isRepeat: true);
        }

        return decision.Ruling switch
        {
            Ruling.Deny => await EndDeniedAsync(call, decision, decision.Rule, decision.Reason),
            Ruling.Ask => await AnswerAsync(call, known, prepared, decision),
            _ => await ActAsync(call, known, prepared, decision, isRepeat: false),
        };
    }

    async Task<bool> MayBeMadeAsync(ToolCall call, ToolCallState known, PreparedCall prepared, Decision decision) => decision.Ruling switch
    {
        Ruling.Allow => true,
        Ruling.Ask => known is { Approval: { } asked, ApprovalAnswer.Approved: true } && questions.IsOpen(asked) && await questions.DifferencesAsync(call, known, prepared, decision) is [],
        _ => false,
    };

    Task<CallProgress> GoOnAsync(ToolCall call, PreparedCall prepared, Decision decision) => decision.Ruling == Ruling.Allow
        ? ActAsync(call, null, prepared, decision, isRepeat: false)
        : EndDeniedAsync(call, decision, decision.Rule, decision.Reason);

    /// <param name="approved">The call as a person approved it; null where the rules alone allow it.</param>
    async Task<CallProgress> ActAsync(ToolCall call, ToolCallState? approved, PreparedCall prepared, Decision decision, bool isRepeat, params IReadOnlyList<IRunEvent> before)
    {
        var step = call.Step;
        var key = ActionKey.Of(step.Run, step.Step.Id, call.Id, call.Tool, prepared.Arguments);
        var asked = decision.Ruling == Ruling.Ask ? approved?.Approval : null;
        IReadOnlyList<IRunEvent> intent = [.. before, new ToolCallStarted(call.Id, step.Step.Id, step.Attempt, call.Tool, key, prepared.Effect, step.Token)];
        if (!await step.TryAppendIntentAsync(() => Holds(step.Run, asked, approved, decision), intent))
        {
            return CallProgress.Again;
        }

        var context = new ToolContext(step.Run.RunId, call.Id, key, isRepeat)
        {
            ReadRefusal = policy.ReadRefusals(call.Description!, prepared, call.Workspace!, step.Run),
            UrlRefusal = policy.UrlRefusals(call.Description!, prepared, call.Workspace!, step.Run, approved: decision.Ruling == Ruling.Ask),
        };
        CrashPoint.Reach("call.started");
        var outcome = await acts.ActAsync(call, prepared, decision, context);
        CrashPoint.Reach("call.acted");
        return await EndAsync(step, outcome);
    }

    static async Task<CallProgress> EndAsync(OwnedStep step, IRunEvent outcome)
    {
        await step.AppendOutcomeAsync(outcome);
        if (outcome is ToolCallUnknown)
        {
            CrashPoint.Reach("call.unknown");
            return CallProgress.Parked;
        }

        CrashPoint.Reach("call.finished");
        return CallProgress.Finished;
    }

    // Whatever it shows, the unknown call itself is not touched: that goes on once it is said what became of it.
    async Task<CallProgress> CheckAsync(ToolCall call, ToolCallCheckRequested wanted)
    {
        var made = await checks.MakeAsync(call, wanted);
        IReadOnlyList<IRunEvent> answer = CheckAnswer.Of(made, wanted.Expect) is { } happened
            ? [new ToolCallResolved(call.Id, wanted.StepId, happened, wanted.Principal, $"{wanted.Tool} {(happened ? "shows" : "does not show")} “{wanted.Expect}”, which {wanted.Principal} said it would if the call happened.", wanted.Check)]
            : [];
        await call.Step.AppendOutcomeAsync([made, .. answer]);
        return call.Step.Run.Calls[call.Id].IsUnresolved ? CallProgress.Parked : CallProgress.Again;
    }

    static async Task<CallProgress> ConfirmAsync(ToolCall call, ToolCallResolved resolved, Decision decision)
    {
        await call.Step.AppendOutcomeAsync(call.Finished(
            ToolCallOutcome.Ok, $"{resolved.Principal} confirmed that this call happened before it was interrupted; what it returned is not known.", decision));
        return CallProgress.Finished;
    }

    static async Task<CallProgress> RefuseAsync(ToolCall call, ToolCallState? known, System.Text.Json.JsonElement arguments, Decision decision, ToolCallOutcome outcome)
    {
        // What was begun may have happened, whether its tool is here now or not: that it can not be made again does not undo it.
        switch (known)
        {
            case { Resolved: { Happened: true } resolved }:
                return await ConfirmAsync(call, resolved, decision);
            case { Unknown: not null, Resolved: null }:
                return CallProgress.Parked;
            case { Started.Effect: not (EffectClass.Pure or EffectClass.Idempotent), Resolved: null }:
                return await EndAsync(call.Step, new ToolCallUnknown(
                    call.Id, call.Step.Step.Id, call.Step.Attempt, call.Tool, $"The process died while the call was being made, and it may have done its work. {decision.Reason}"));
        }

        var text = outcome == ToolCallOutcome.Denied ? $"error: denied by rule '{decision.Rule}': {decision.Reason}" : $"error: {decision.Reason}";
        var finished = call.Finished(outcome, text, decision);
        await call.Step.AppendOutcomeAsync(known is null ? [call.Decided(CanonicalJson.Ordered(arguments), decision), finished] : [finished]);
        return CallProgress.Finished;
    }

    // Asked at the last moment before the intent is written, with all the journal says by then.
    bool Holds(RunState run, ApprovalRequested? asked, ToolCallState? approved, Decision decision) =>
        policy.DigestFor(run) == decision.BundleDigest
        && (asked is null || (ReferenceEquals(approved!.Approval, asked) && approved.ApprovalAnswer is { Approved: true } && questions.IsOpen(asked)));

    async Task<CallProgress> ExpireAsync(ToolCall call, ApprovalRequested asked, Decision decision, string reason)
    {
        var step = call.Step;
        await step.AppendOutcomeAsync(
            new ApprovalExpired(call.Id, step.Step.Id, step.Attempt, asked.ExpiresAt),
            call.Finished(ToolCallOutcome.Expired, $"error: not called: {reason}", decision with { Rule = "approval-expired" }));
        return CallProgress.Finished;
    }

    static async Task<CallProgress> EndDeniedAsync(ToolCall call, Decision decision, string rule, string reason, params IReadOnlyList<IRunEvent> before)
    {
        await call.Step.AppendOutcomeAsync([.. before, call.Finished(ToolCallOutcome.Denied, $"error: denied by rule '{rule}': {reason}", decision with { Rule = rule })]);
        return CallProgress.Finished;
    }
}
