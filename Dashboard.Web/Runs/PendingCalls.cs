using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>A question about a tool call, put to a person.</summary>
/// <param name="Question"><c>approve</c>: may it be made? <c>resolve</c>: did it happen?</param>
public sealed record PendingCall(
    Guid RunId, string Goal, string CallId, string StepId, string Question, string Tool, JsonElement Arguments, string Rule, string Reason, DateTimeOffset? ExpiresAt)
{
    public ApprovalState State { get; init; }

    /// <summary>Who submitted the goal.</summary>
    public string Submitter { get; init; } = "";

    public string Workspace { get; init; } = "";

    /// <summary>What the answer is bound to, beside tool and arguments.</summary>
    public string BundleDigest { get; init; } = "";

    public string? ToolVersion { get; init; }

    public string? Sandbox { get; init; }

    /// <summary>How many different principals must say yes.</summary>
    public int Approvers { get; init; } = 1;

    /// <summary>The submitter's yes does not count.</summary>
    public bool NotSubmitter { get; init; }

    /// <summary>What was answered so far.</summary>
    public IReadOnlyList<ApprovalDecided> Answers { get; init; } = [];

    /// <summary>What the model wanted, where a person has put other arguments in its place.</summary>
    public JsonElement? Original { get; init; }

    /// <summary>Why this question is void, or why the one before it became so.</summary>
    public IReadOnlyList<ApprovalDifference> Differences { get; init; } = [];

    /// <summary>What checks of an unknown outcome showed, in order.</summary>
    public IReadOnlyList<ToolCallChecked> Checks { get; init; } = [];

    /// <summary>The check that is being made.</summary>
    public ToolCallCheckRequested? OpenCheck { get; init; }

    /// <summary>Names exactly this question; an answer that brings it is refused if the question has changed since it was read.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{RunId:N}\n{CallId}\n{Tool}\n{Arguments.GetRawText()}\n{Rule}\n{BundleDigest}\n{ToolVersion}\n{Sandbox}\n{Approvers}\n{NotSubmitter}\n{ExpiresAt:O}")))[..16];
}

/// <summary>What waits for a person or did, read from the journals.</summary>
sealed class PendingCalls(RunJournal journal, TimeProvider time)
{
    const int MostRuns = 200;

    /// <summary>What waits now, oldest run first.</summary>
    public async Task<IReadOnlyList<PendingCall>> ListAsync(CancellationToken cancellationToken)
    {
        var pending = new List<PendingCall>();
        foreach (var summary in (await journal.ListAsync(RunPhase.WaitingApproval, MostRuns, null, cancellationToken)).Reverse())
        {
            if (await journal.LoadAsync(summary.RunId, cancellationToken) is { End: null } run)
            {
                pending.AddRange(Of(run));
            }
        }

        return pending;
    }

    /// <summary>Approvals of the newest runs in any state, newest run first.</summary>
    /// <param name="state">Null = all.</param>
    public async Task<IReadOnlyList<PendingCall>> HistoryAsync(ApprovalState? state, CancellationToken cancellationToken)
    {
        var found = new List<PendingCall>();
        foreach (var summary in await journal.ListAsync(null, MostRuns, null, cancellationToken))
        {
            if (await journal.LoadAsync(summary.RunId, cancellationToken) is { } run)
            {
                found.AddRange(HistoryOf(run, time.GetUtcNow()).Where(question => state is null || question.State == state));
            }
        }

        return found;
    }

    /// <summary>A call's question that holds now; null if none was asked.</summary>
    public async Task<PendingCall?> FindAsync(Guid runId, string callId, CancellationToken cancellationToken) =>
        await journal.LoadAsync(runId, cancellationToken) is { } run && run.Calls.TryGetValue(callId, out var call) ? Present(run, callId, call, time.GetUtcNow()) : null;

    public static IEnumerable<PendingCall> Of(RunState run)
    {
        foreach (var (callId, call) in run.Calls)
        {
            var decided = call.Decided;
            if (call.IsUnanswered)
            {
                yield return Of(run, callId, call, call.Approval!, ApprovalState.Pending);
            }
            else if (call.IsUnresolved)
            {
                yield return new PendingCall(run.RunId, run.Goal, callId, decided.StepId, "resolve", decided.Tool, call.Arguments, decided.Rule, call.Unknown!.Reason, null)
                {
                    Submitter = run.Principal,
                    Workspace = run.Workspace,
                    Checks = call.Checks,
                    OpenCheck = call.OpenCheck,
                };
            }
        }
    }

    static IEnumerable<PendingCall> HistoryOf(RunState run, DateTimeOffset now)
    {
        foreach (var (callId, call) in run.Calls)
        {
            foreach (var past in call.PastQuestions)
            {
                yield return Of(run, callId, call, past.Question, ApprovalState.Void) with { Answers = past.Answers, Differences = past.Differences };
            }

            if (Present(run, callId, call, now) is { } present)
            {
                yield return present;
            }
        }
    }

    static PendingCall? Present(RunState run, string callId, ToolCallState call, DateTimeOffset now) =>
        call.Approval is { } question ? Of(run, callId, call, question, ApprovalStates.Of(call, run.End is not null, now)) : null;

    static PendingCall Of(RunState run, string callId, ToolCallState call, ApprovalRequested question, ApprovalState state) => new(
        run.RunId, run.Goal, callId, question.StepId, "approve", question.Tool, state == ApprovalState.Void ? question.Arguments : call.EditedArguments ?? question.Arguments,
        question.Rule, question.Reason, question.ExpiresAt)
    {
        State = state,
        Submitter = run.Principal,
        Workspace = run.Workspace,
        BundleDigest = question.BundleDigest,
        ToolVersion = question.ToolVersion,
        Sandbox = question.Sandbox,
        Approvers = question.Approvers,
        NotSubmitter = question.NotSubmitter,
        Answers = call.ApprovalAnswers,
        Original = call.Edited?.Original ?? (call.EditedArguments is null ? null : question.Arguments),
        Differences = call.PastQuestions is [.., var last] ? last.Differences : [],
    };
}
