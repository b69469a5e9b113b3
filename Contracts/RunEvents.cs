using System.Text.Json;
using System.Text.Json.Serialization;

namespace Agent.Contracts;

/// <summary>Something that happened to a run; one journal entry. State is a fold over these (<c>RunState.Apply</c>).
/// Members are added at the end with defaults, so that older journals still read.</summary>
public interface IRunEvent;

/// <summary>What an operator asked for, by a command that may come twice.</summary>
public interface IRequested
{
    /// <summary>Id of the command, where one was given: what stands in the journal under it is not done again.</summary>
    Guid? Request { get; }
}

/// <summary>The goal was accepted. Always sequence 1. By the door.</summary>
/// <param name="Workspace">Absolute directory the run may act in.</param>
/// <param name="Principal">Who asked, from the authenticated session.</param>
/// <param name="SignOff">True: no plan of this run begins before a person has signed it, whatever policy says.</param>
/// <param name="Priority">0 (last) to 9 (first) among runs that wait for the same slots; null = 5.</param>
/// <param name="Origin">What made the run, if no person did directly: <c>schedule nightly</c>, <c>template release</c>.</param>
/// <param name="Webhook">Name of a webhook that is told of this run's end, beside those that are told of every run's.</param>
public sealed record RunSubmitted(
    string Goal, string Workspace, string Principal, string? IdempotencyKey = null, string? TraceParent = null,
    bool? SignOff = null, int? Priority = null, string? Origin = null, string? Webhook = null) : IRunEvent;

/// <summary>A model answered. By whoever asked. Replay answers from these.</summary>
/// <param name="Role"><c>planner</c>, <c>executor</c> or <c>reviewer</c>.</param>
/// <param name="Turn">1-based turn of this conversation.</param>
/// <param name="RequestDigest">Key of the exchange: SHA-256 (hex) of the canonical request. The same request has the same key.</param>
/// <param name="AskedAt">Sequence of the last entry the request was made from: with it the request can be made again. 0 in older journals.</param>
/// <param name="ToolsDigest">SHA-256 (hex) of the list of tools offered, a part of the key; the artefact of that name holds the list. Null in older journals.</param>
/// <param name="Reasoning">What the model wrote while it thought, where its server shows it; of a long one head and tail.</param>
/// <param name="ToolNames">Tools the request named in its words: a planner's.</param>
public sealed record ModelReplied(
    string Role,
    string? StepId,
    int Attempt,
    int Turn,
    string Model,
    string Text,
    IReadOnlyList<RequestedCall> Calls,
    TokenUsage Usage,
    string FinishReason,
    double DurationMs,
    string RequestDigest,
    long AskedAt = 0,
    string? ToolsDigest = null,
    string? Reasoning = null,
    IReadOnlyList<string>? ToolNames = null) : IRunEvent;

/// <summary>A tool call as the model asked for it.</summary>
/// <param name="CallId">The model's own id for it.</param>
/// <param name="Arguments">JSON object; as text when the model's arguments were not JSON.</param>
public sealed record RequestedCall(string CallId, string Tool, JsonElement Arguments);

/// <summary>Tokens of one exchange.</summary>
/// <param name="CachedInput">Of the input, read from the server's cache; null where it does not say.</param>
/// <param name="Reasoning">Of the output, spent on thinking; null where the server does not say.</param>
/// <param name="CostUsd">By the price table then; null: the model had no price.</param>
public sealed record TokenUsage(long Input, long Output, long? CachedInput = null, long? Reasoning = null, decimal? CostUsd = null);

/// <summary>The run was put on a policy bundle that is on trial; a run without this follows the current one. The first thing after its submission. By the planner.</summary>
/// <param name="Canary">Number of the trial; when it has ended, the run follows the current bundle too.</param>
/// <param name="Share">Of new runs that were put on it then, 0 to 1.</param>
public sealed record CanaryAssigned(long Canary, string BundleDigest, double Share) : IRunEvent;

/// <summary>A model's plan was malformed and was not taken. By the planner.</summary>
public sealed record PlanRefused(int Attempt, IReadOnlyList<string> Mistakes) : IRunEvent;

/// <summary>A plan version holds from here on. By the planner.</summary>
public sealed record PlanAccepted(int Version, Plan Plan) : IRunEvent;

/// <summary>A plan version waits for a person's signature; nothing of it begins before. By the planner.</summary>
/// <param name="Reason">Who wants it signed: the goal or policy.</param>
public sealed record PlanSignOffRequested(int Version, string Reason) : IRunEvent;

/// <summary>A person signed a plan version, or rejected it: then another one is made. By the door; by the planner for a plan that was proposed signed.</summary>
/// <param name="Comment">Why it was rejected; the next plan is made with it.</param>
public sealed record PlanSignOffDecided(int Version, bool Approved, string Principal, string? Comment = null) : IRunEvent;

/// <summary>A step may run. By the planner.</summary>
public sealed record StepDispatched(string StepId, int Attempt, string? Feedback = null) : IRunEvent;

/// <summary>An executor owns a step attempt; a higher token replaces a lower one. By the executor.</summary>
/// <param name="Owner">Executor instance.</param>
/// <param name="Token">Fencing token: what an owner with a lower token appends is refused.</param>
public sealed record StepLeased(string StepId, int Attempt, string Owner, long Token) : IRunEvent;

/// <summary>Policy judged a tool call. By the executor's choke point.</summary>
/// <param name="CallId">Ours: <c>step.attempt#ordinal</c>, unique in the run; facts in reports cite it.</param>
/// <param name="Arguments">Normalised: canonical JSON object.</param>
public sealed record ToolCallDecided(
    string CallId, string StepId, int Attempt, string Tool, JsonElement Arguments,
    CallDecision Decision, string Rule, string Reason, string BundleDigest, string? ModelCallId = null) : IRunEvent;

/// <summary>What policy said.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CallDecision>))]
public enum CallDecision
{
    /// <summary>Go on.</summary>
    Allow,

    /// <summary>A person decides.</summary>
    Ask,

    /// <summary>Not done.</summary>
    Deny,
}

/// <summary>A person's answer is needed; the step is parked. By the executor. What is approved is exactly this: anything else at dispatch voids the answer.</summary>
/// <param name="ToolVersion">Version or definition hash of the tool.</param>
/// <param name="Sandbox">Isolation the call would run under.</param>
/// <param name="Approvers">How many different principals must say yes.</param>
/// <param name="NotSubmitter">A yes of the run's submitter does not count.</param>
public sealed record ApprovalRequested(
    string CallId, string StepId, int Attempt, string Tool, JsonElement Arguments, string Rule, string Reason, string BundleDigest, DateTimeOffset ExpiresAt,
    string? ToolVersion = null, string? Sandbox = null, int Approvers = 1, bool NotSubmitter = false) : IRunEvent;

/// <summary>A person answered. By the door; by the executor for a standing approval. One no is enough; yes holds once as many as asked for have said it.</summary>
/// <param name="Arguments">Other arguments than were asked about: the call is to be made with these. Earlier answers no longer count. Null = as asked.</param>
/// <param name="Standing">Id of the standing approval that answered; <paramref name="Principal"/> is who granted it.</param>
public sealed record ApprovalDecided(string CallId, string StepId, bool Approved, string Principal, string? Comment = null, JsonElement? Arguments = null, string? Standing = null) : IRunEvent;

/// <summary>What was asked about is not what would happen now: the question and its answers no longer count. By the executor; a new question or an outcome follows.</summary>
public sealed record ApprovalVoided(string CallId, string StepId, int Attempt, IReadOnlyList<ApprovalDifference> Differences) : IRunEvent;

/// <summary>One thing that changed between question and dispatch.</summary>
/// <param name="What"><c>arguments</c>, <c>tool_definition</c>, <c>bundle</c>, <c>rule</c>, <c>sandbox</c>, <c>approvers</c>, <c>run</c> or <c>standing_approval</c>.</param>
public sealed record ApprovalDifference(string What, string Asked, string Now);

/// <summary>Nobody answered in time, or too few: neither yes nor no. By the executor.</summary>
public sealed record ApprovalExpired(string CallId, string StepId, int Attempt, DateTimeOffset ExpiredAt) : IRunEvent;

/// <summary>A call goes on with the arguments a person gave it, judged again. By the executor's choke point.</summary>
/// <param name="Original">What the model wanted, normalised.</param>
/// <param name="Arguments">What is to be done instead, normalised.</param>
public sealed record ToolCallEdited(
    string CallId, string StepId, int Attempt, string Tool, JsonElement Original, JsonElement Arguments, string Principal,
    CallDecision Decision, string Rule, string Reason, string BundleDigest) : IRunEvent;

/// <summary>Intent: written before the effect. By the choke point.</summary>
/// <param name="ActionKey">SHA-256 (hex) of tool, normalised arguments, step and occurrence; goes to tools that take an idempotency key.</param>
public sealed record ToolCallStarted(string CallId, string StepId, int Attempt, string Tool, string ActionKey, EffectClass Effect, long Token) : IRunEvent;

/// <summary>Outcome: written after the effect. By the choke point.</summary>
/// <param name="Output">What the model is shown: bounded, head and tail kept.</param>
/// <param name="OutputDigest">SHA-256 (hex) of the whole output; the artefact's name when <paramref name="Truncated"/>.</param>
/// <param name="InjectionSuspected">The output looks as if it spoke to the model; a sign for rules.</param>
public sealed record ToolCallFinished(
    string CallId, string StepId, int Attempt, string Tool, ToolCallOutcome Outcome, string Output, string OutputDigest, bool Truncated,
    double DurationMs, ToolProvenance Provenance, bool InjectionSuspected = false) : IRunEvent;

/// <summary>How a tool call ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ToolCallOutcome>))]
public enum ToolCallOutcome
{
    /// <summary>The tool did its work.</summary>
    Ok,

    /// <summary>The tool failed and said so; the model may adapt.</summary>
    Error,

    /// <summary>Not called: policy or a person said no.</summary>
    Denied,

    /// <summary>No answer in time; it was ended.</summary>
    TimedOut,

    /// <summary>Ended because the run was cancelled or paused.</summary>
    Cancelled,

    /// <summary>Not called: nobody said yes or no in time.</summary>
    Expired,
}

/// <summary>What did the work, and under which rules.</summary>
/// <param name="Sandbox">Isolation reached: <c>bubblewrap</c>, <c>landlock</c>, <c>plain</c>, or <c>none</c> for tools that start no process.</param>
public sealed record ToolProvenance(string ToolVersion, string? ToolHash, string Sandbox, string BundleDigest, string Rule, string? Endpoint = null);

/// <summary>An intent without an outcome was found after a crash, and its tool may not be repeated: a person decides. By the executor.</summary>
public sealed record ToolCallUnknown(string CallId, string StepId, int Attempt, string Tool, string Reason) : IRunEvent;

/// <summary>A person said what became of an unknown call. By the door; by the executor where a check met or missed what the person said it would show.</summary>
/// <param name="Check">The check that answered; null = the person did.</param>
public sealed record ToolCallResolved(string CallId, string StepId, bool Happened, string Principal, string? Comment = null, int? Check = null) : IRunEvent;

/// <summary>A person wants to find out what became of an unknown call, by another call that only reads. By the door; the executor makes it, if policy allows it as it is.</summary>
/// <param name="Check">Counts the checks of the call, from 1.</param>
/// <param name="Expect">Text that the answer holds if the unknown call happened; null = a person decides by what is shown.</param>
public sealed record ToolCallCheckRequested(
    string CallId, string StepId, int Check, string Tool, JsonElement Arguments, string Principal, string? Expect = null, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>What a check showed, or why it was not made. By the executor's choke point. Models do not see it.</summary>
/// <param name="Arguments">Normalised, as policy judged them.</param>
/// <param name="Output">Bounded as any outcome's; the whole is the artefact named by <paramref name="OutputDigest"/> when <paramref name="Truncated"/>.</param>
public sealed record ToolCallChecked(
    string CallId, string StepId, int Attempt, int Check, string Tool, JsonElement Arguments, CallDecision Decision, string Rule, string Reason,
    ToolCallOutcome Outcome, string Output, string OutputDigest, bool Truncated, double DurationMs, ToolProvenance Provenance) : IRunEvent;

/// <summary>A step gave its answer. By the executor.</summary>
/// <param name="Evidence">Call ids the answer rests on.</param>
public sealed record StepExecuted(string StepId, int Attempt, string Answer, IReadOnlyList<string> Evidence, long Token) : IRunEvent;

/// <summary>A step could not be done. By the executor.</summary>
/// <param name="Code">Machine-readable: <c>policy</c>, <c>budget</c>, <c>model</c>, <c>tool</c>, <c>limit</c>, <c>invalid_goal</c>, <c>infrastructure</c>.</param>
public sealed record StepFailed(string StepId, int Attempt, string Code, string Reason, bool Retryable, long Token) : IRunEvent;

/// <summary>A step was judged. By the reviewer.</summary>
public sealed record StepReviewed(string StepId, int Attempt, Verdict Verdict, string Feedback, IReadOnlyList<CheckResult> Checks) : IRunEvent;

/// <summary>The run as a whole was judged. By the reviewer.</summary>
public sealed record RunReviewed(int PlanVersion, Verdict Verdict, string Feedback, IReadOnlyList<CheckResult> Checks) : IRunEvent;

/// <summary>The reviewer's verdict.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Good.</summary>
    Accept,

    /// <summary>Again, with feedback.</summary>
    Retry,

    /// <summary>The plan does not lead there.</summary>
    Replan,

    /// <summary>A person should look.</summary>
    Escalate,

    /// <summary>Not to be had.</summary>
    Fail,
}

/// <summary>One acceptance criterion, checked.</summary>
/// <param name="Evidence">What was seen: call ids, digests, exit codes, journal positions.</param>
/// <param name="IfFailed">What the check asks for when it did not pass; null in older journals.</param>
public sealed record CheckResult(string Criterion, bool Passed, string Evidence, Verdict? IfFailed = null);

/// <summary>The run can not go on for now and says for what. By whoever found out.</summary>
/// <param name="For"><c>capacity</c> (model server away), <c>budget</c> (a soft limit: a person is asked) or <c>approval</c>.</param>
public sealed record RunWaiting(string For, string Reason, string? StepId = null) : IRunEvent;

/// <summary>What a run waited for is there again. By whoever found out.</summary>
public sealed record RunWaitEnded(string For, string? StepId = null) : IRunEvent;

/// <summary>An operator paused the run. By the door.</summary>
public sealed record RunPaused(string Principal, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>An operator let the run go on. By the door.</summary>
public sealed record RunResumed(string Principal, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>An operator wants the run ended. By the door; the planner ends it.</summary>
public sealed record RunCancelRequested(string Principal, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>An operator wants a step tried again from its beginning. By the door. What its last attempt did stays done.</summary>
/// <param name="Comment">What the step is told to do differently.</param>
public sealed record StepRetryRequested(string StepId, string Principal, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>An operator's word into a running run. By the door. The models read it with their next question.</summary>
/// <param name="StepId">Null = for every step.</param>
public sealed record OperatorMessage(string Principal, string Text, string? StepId = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>The run was made from another's journal up to a checkpoint; the entries after this one repeat that journal's from its second on. Always sequence 2. By the door.</summary>
/// <param name="Sequence">The checkpoint: the last entry taken over.</param>
/// <param name="Hash">That entry's hash: which history it was.</param>
public sealed record RunForked(Guid FromRun, long Sequence, string Hash, string Principal) : IRunEvent;

/// <summary>An operator wants another plan. By the door. The planner checks it and accepts it as the next version, or refuses it and pauses the run.</summary>
/// <param name="Signed">True: the operator signs it too, as the answer to <see cref="PlanSignOffRequested"/>.</param>
public sealed record PlanProposed(Plan Plan, string Principal, string? Comment = null, bool? Signed = null) : IRunEvent;

/// <summary>An operator changed where the run stands among those that wait for the same slots. By the door.</summary>
/// <param name="Priority">0 (last) to 9 (first).</param>
public sealed record RunPriorityChanged(int Priority, string Principal, string? Comment = null, Guid? Request = null) : IRunEvent, IRequested;

/// <summary>An operator answered a soft budget limit, or raised a budget of the run before. By the door. The run goes on.</summary>
/// <param name="Unit">As <c>limits.yaml</c> names it: <c>tokens</c>, <c>cost_usd</c>, <c>tool_calls</c>, <c>steps</c>, <c>wall_clock_seconds</c>.</param>
/// <param name="By">What the run may use more than its cap; 0: it goes on up to the cap.</param>
public sealed record BudgetRaised(string Unit, decimal By, string Principal, string? Comment = null) : IRunEvent;

/// <summary>The kill switch holds the run: nothing begins, running calls are ended. By the planner.</summary>
/// <param name="Epoch">Counts the stops of the installation.</param>
public sealed record KillSwitchEngaged(long Epoch, string Principal, string? Comment = null) : IRunEvent;

/// <summary>The kill switch was lifted; the run goes on. By the planner.</summary>
public sealed record KillSwitchLifted(long Epoch, string Principal, string? Comment = null) : IRunEvent;

/// <summary>Supervision found a critical state and answers with its protocol. By the planner.</summary>
/// <param name="Protocol">What is done about it: <c>ask_person</c>, <c>require_evidence</c>, <c>another_way</c>, <c>finish_early</c>.</param>
public sealed record CriticalStateEntered(CriticalState State, string Protocol, string Reason, string? StepId = null, int Attempt = 0) : IRunEvent;

/// <summary>Supervision's states.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CriticalState>))]
public enum CriticalState
{
    /// <summary>Low confidence: too much of what is tried fails.</summary>
    Panic,

    /// <summary>High confidence without evidence.</summary>
    Hubris,

    /// <summary>The same action with the same result again.</summary>
    Deadlock,

    /// <summary>A budget is running out.</summary>
    Scarcity,
}

/// <summary>The run is over. Always the last entry. By the planner.</summary>
/// <param name="State">One of the four ends.</param>
/// <param name="Report">Markdown, for a person; the partial result if the run was cut short.</param>
public sealed record RunEnded(RunPhase State, StopReason StopReason, string Report, string? Detail = null) : IRunEvent;

/// <summary>A run's state.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunPhase>))]
public enum RunPhase
{
    /// <summary>Accepted, not looked at.</summary>
    Queued,

    /// <summary>A plan is being made.</summary>
    Planning,

    /// <summary>Steps are worked on.</summary>
    Running,

    /// <summary>A person must decide.</summary>
    WaitingApproval,

    /// <summary>A model server is away or limiting.</summary>
    WaitingCapacity,

    /// <summary>An operator paused it.</summary>
    Paused,

    /// <summary>All steps are done; the whole is judged.</summary>
    Reviewing,

    /// <summary>End: the goal is reached.</summary>
    Succeeded,

    /// <summary>End: it is not.</summary>
    Failed,

    /// <summary>End: an operator cancelled it.</summary>
    Cancelled,

    /// <summary>End: a limit, a policy or the kill switch stopped it.</summary>
    Stopped,
}

/// <summary>Why a run ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StopReason>))]
public enum StopReason
{
    /// <summary>The goal is reached.</summary>
    Done,

    /// <summary>The reviewer did not accept the result.</summary>
    ReviewFailed,

    /// <summary>A budget is used up.</summary>
    Budget,

    /// <summary>A guardrail said no.</summary>
    Policy,

    /// <summary>An operator ended it.</summary>
    Operator,

    /// <summary>The kill switch.</summary>
    KillSwitch,

    /// <summary>Something of ours or below us failed.</summary>
    Infrastructure,

    /// <summary>The goal can not be taken.</summary>
    InvalidGoal,
}

/// <summary>Names of the event types as they stand in the journal.</summary>
public static class RunEventTypes
{
    static readonly Dictionary<string, Type> ByName = typeof(RunEventTypes).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IRunEvent).IsAssignableFrom(type))
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>All event types by name.</summary>
    public static IReadOnlyDictionary<string, Type> All => ByName;

    /// <summary>The name an event is stored under: its type's.</summary>
    public static string NameOf(IRunEvent runEvent) => runEvent.GetType().Name;
}
