using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Dashboard.Web.Runs;

/// <summary>What an operator may do to a run. Each verb is a fact in the journal with its principal; saying it twice changes nothing more.</summary>
sealed class OperatorVerbs(RunJournal journal, RunHints hints, TimeProvider time, ILogger<OperatorVerbs> logger)
{
    public async Task<VerbOutcome> PauseAsync(Guid runId, Caller by, string? comment, CancellationToken cancellationToken)
    {
        var outcome = await ActAsync(runId, by, "pause", run => run.IsPaused ? null : new RunPaused(by.Principal, comment, by.Request), cancellationToken);
        if (outcome is VerbOutcome.Done)
        {
            await hints.InterruptedAsync(runId, "paused by " + by.Principal);
        }

        return outcome;
    }

    public async Task<VerbOutcome> ResumeAsync(Guid runId, Caller by, string? comment, CancellationToken cancellationToken)
    {
        var outcome = await ActAsync(runId, by, "resume", run => run.IsPaused ? new RunResumed(by.Principal, comment, by.Request) : null, cancellationToken);
        if (outcome is VerbOutcome.Done)
        {
            // A run nobody looks after is asked about again, paused or not.
            await hints.PlanAsync(runId);
        }

        return outcome;
    }

    public async Task<VerbOutcome> CancelAsync(Guid runId, Caller by, string? comment, CancellationToken cancellationToken)
    {
        var outcome = await ActAsync(runId, by, "cancel", run => run.CancelledBy is null ? new RunCancelRequested(by.Principal, comment, by.Request) : null, cancellationToken);
        if (outcome is VerbOutcome.Done)
        {
            await hints.InterruptedAsync(runId, "cancelled by " + by.Principal);
        }

        return outcome;
    }

    /// <summary>Answers a call that waits for approval. The first answer that settles it holds; the same one again changes nothing.</summary>
    public Task<VerbOutcome> DecideAsync(Guid runId, string callId, CallAnswer answer, string principal, CancellationToken cancellationToken) =>
        ActAsync(
            runId,
            principal,
            answer.Approve ? "approval of " + callId : "denial of " + callId,
            run => CallAnswers.Decide(run, callId, answer, principal, time.GetUtcNow()),
            cancellationToken);

    /// <summary>Says what became of a call whose outcome is unknown.</summary>
    public Task<VerbOutcome> ResolveAsync(Guid runId, string callId, bool happened, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, "resolution of " + callId, run => CallAnswers.Resolve(run, callId, happened, principal, comment), cancellationToken);

    /// <summary>The same of a step's call; which one need not be said while there is one.</summary>
    public Task<VerbOutcome> ResolveStepAsync(Guid runId, string stepId, string? callId, bool happened, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, "resolution of " + stepId, run => CallAnswers.Resolve(run, stepId, callId, id => CallAnswers.Resolve(run, id, happened, principal, comment)), cancellationToken);

    /// <summary>Has an executor find out what became of a step's call of unknown outcome.</summary>
    public Task<VerbOutcome> CheckAsync(Guid runId, string stepId, string? callId, WantedCheck wanted, Caller by, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, by, "check of " + stepId, run => CallAnswers.Resolve(run, stepId, callId, id => CallAnswers.Check(run, id, wanted, by, comment)), cancellationToken);

    /// <summary>Has a step tried again from its beginning.</summary>
    public Task<VerbOutcome> RetryAsync(Guid runId, string stepId, Caller by, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, by, "retry of " + stepId, run => StepAnswers.Retry(run, stepId, by, comment), cancellationToken);

    /// <summary>Judges a step that the reviewer escalated.</summary>
    public Task<VerbOutcome> JudgeAsync(Guid runId, string stepId, bool accept, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, (accept ? "acceptance of " : "refusal of ") + stepId, run => StepAnswers.Judge(run, stepId, accept, principal, comment), cancellationToken);

    /// <summary>Raises a budget of the run, or lets it go on up to the cap.</summary>
    public async Task<VerbOutcome> RaiseBudgetAsync(Guid runId, string unit, decimal by, string principal, string? comment, CancellationToken cancellationToken)
    {
        var outcome = await ActAsync(runId, principal, "raise of " + unit, run => StepAnswers.Raise(run, unit, by, principal, comment), cancellationToken);
        if (outcome is VerbOutcome.Done)
        {
            await hints.PlanAsync(runId);
        }

        return outcome;
    }

    /// <summary>Says something that the models read with their next question.</summary>
    public Task<VerbOutcome> SayAsync(Guid runId, string? stepId, string text, Caller by, CancellationToken cancellationToken) =>
        ActAsync(runId, by, "message", run => StepAnswers.Say(run, stepId, text, by), cancellationToken);

    /// <summary>Wants another plan; the planner checks it.</summary>
    public Task<VerbOutcome> ProposeAsync(Guid runId, Plan plan, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, "another plan", _ => new PlanProposed(plan, principal, comment), cancellationToken);

    /// <summary>Changes where the run stands among those that wait for the same slots.</summary>
    public Task<VerbOutcome> PrioritiseAsync(Guid runId, int priority, Caller by, string? comment, CancellationToken cancellationToken) =>
        ActAsync(
            runId,
            by,
            $"priority {priority}",
            run => !SubmissionRules.IsPriority(priority) ? new Answer(null, new VerbOutcome.Refused(400, "invalid_priority", $"The priority {priority} is not between 0 (last) and 9 (first)."))
                : new Answer(run.Priority == priority ? null : new RunPriorityChanged(priority, by.Principal, comment, by.Request)),
            cancellationToken);

    /// <summary>Signs the plan that waits for it, or rejects it: then another one is made.</summary>
    public Task<VerbOutcome> SignAsync(Guid runId, int? version, bool approve, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, approve ? "signature of the plan" : "rejection of the plan", run => PlanAnswers.Sign(run, version, approve, principal, comment), cancellationToken);

    /// <summary>Puts another plan in place of the one that waits, and signs it.</summary>
    public Task<VerbOutcome> SignAsync(Guid runId, int? version, Plan plan, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, "signature of another plan", run => PlanAnswers.Replace(run, version, plan, principal, comment), cancellationToken);

    /// <summary>Lets exactly these changes into the workspace, or rejects them: then the run ends.</summary>
    public Task<VerbOutcome> DecideChangesAsync(Guid runId, string digest, bool approve, string principal, string? comment, CancellationToken cancellationToken) =>
        ActAsync(runId, principal, approve ? "approval of the changes" : "rejection of the changes", run => ChangesAnswers.Decide(run, digest, approve, principal, comment), cancellationToken);

    Task<VerbOutcome> ActAsync(Guid runId, Caller by, string verb, Func<RunState, IRunEvent?> fact, CancellationToken cancellationToken) =>
        ActAsync(runId, by, verb, run => new Answer(fact(run)), cancellationToken);

    async Task<VerbOutcome> ActAsync(Guid runId, Caller by, string verb, Func<RunState, Answer> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var run = await journal.LoadAsync(runId, cancellationToken);
            if (run is null)
            {
                return new VerbOutcome.UnknownRun();
            }

            // The second of two commands with the same id is done already.
            var isDone = by.Request is { } id && run.Requests.Contains(id);
            if (!isDone && run.End is { } end)
            {
                return new VerbOutcome.Ended(end.State);
            }

            var answer = isDone ? new Answer(null) : decide(run);
            if (answer.Refusal is { } refusal)
            {
                return refusal;
            }

            if (answer.Fact is not { } wanted)
            {
                await hints.AdvancedAsync(runId, run.Head.Sequence);
                return new VerbOutcome.Done(run.Phase);
            }

            CrashPoint.Reach("verb.decided");
            if (await journal.AppendAsync(runId, run.Head, [wanted], RunSubmission.Actor, cancellationToken) is AppendResult.Appended appended)
            {
                CrashPoint.Reach("verb.appended");
                logger.OperatorActed(runId, by.Principal, verb);
                await hints.AdvancedAsync(runId, appended.Head.Sequence);
                CrashPoint.Reach("verb.hinted");
                return new VerbOutcome.Done((await journal.LoadAsync(runId, cancellationToken))?.Phase ?? run.Phase);
            }
        }
    }
}

/// <summary>Who acts, and by which command, if it has an id.</summary>
/// <param name="Request">Of a command that may come twice: it is in the journal with what it did, and is not done again.</param>
readonly record struct Caller(string Principal, Guid? Request = null)
{
    public static implicit operator Caller(string principal) => new(principal);
}

/// <summary>Every way an operator's verb can end.</summary>
abstract record VerbOutcome
{
    VerbOutcome()
    {
    }

    /// <summary>It holds, now or since before.</summary>
    public sealed record Done(RunPhase State) : VerbOutcome;

    public sealed record UnknownRun : VerbOutcome;

    /// <summary>Too late: the run is over.</summary>
    public sealed record Ended(RunPhase State) : VerbOutcome;

    /// <summary>It does not fit what the run is now: why, and what to do.</summary>
    public sealed record Refused(int Status, string Code, string Message) : VerbOutcome;
}

/// <summary>What is to be appended, nothing because it holds already, or why not.</summary>
sealed record Answer(IRunEvent? Fact, VerbOutcome.Refused? Refusal = null);
