using System.Text.Json;
using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>One tool call as the journal tells it.</summary>
public sealed class ToolCallState(ToolCallDecided decided)
{
    List<ApprovalDecided> _answers = [];
    List<PastQuestion> _pastQuestions = [];
    List<ToolCallChecked> _checks = [];
    ToolCallCheckRequested? _openCheck;

    public ToolCallDecided Decided { get; } = decided;

    /// <summary>The question that holds now; null if none was asked or the last one is void.</summary>
    public ApprovalRequested? Approval { get; private set; }

    /// <summary>What was answered to it and counts, in order.</summary>
    public IReadOnlyList<ApprovalDecided> ApprovalAnswers => _answers;

    /// <summary>The answer that settled it: the first no, or the yes that made them enough. Null while it is open.</summary>
    public ApprovalDecided? ApprovalAnswer { get; private set; }

    /// <summary>Nobody settled it in time.</summary>
    public bool ApprovalHasExpired { get; private set; }

    /// <summary>Questions that became void, oldest first.</summary>
    public IReadOnlyList<PastQuestion> PastQuestions => _pastQuestions;

    /// <summary>Arguments a person gave the call in place of the model's, as they wrote them; null if nobody did.</summary>
    public JsonElement? EditedArguments => _answers.LastOrDefault(answer => answer.Arguments is not null)?.Arguments;

    /// <summary>That the call goes on with other arguments than the model's.</summary>
    public ToolCallEdited? Edited { get; internal set; }

    /// <summary>What the call is made with: the model's arguments, or what a person put in their place.</summary>
    public JsonElement Arguments => Edited?.Arguments ?? Decided.Arguments;

    public ToolCallStarted? Started { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public ToolCallFinished? Finished { get; internal set; }

    public ToolCallUnknown? Unknown { get; internal set; }

    public ToolCallResolved? Resolved { get; internal set; }

    /// <summary>The outcome is not known, and nobody has said it yet.</summary>
    public bool IsUnresolved => Finished is null && Unknown is not null && Resolved is null;

    /// <summary>What checks of the unknown outcome showed, in order.</summary>
    public IReadOnlyList<ToolCallChecked> Checks => _checks;

    /// <summary>The check that an executor is to make; null if none is wanted.</summary>
    public ToolCallCheckRequested? OpenCheck => IsUnresolved ? _openCheck : null;

    /// <summary>How many checks were asked for.</summary>
    public int ChecksAsked { get; private set; }

    /// <summary>What the call makes its step wait for; <see cref="StepPhase.Running"/> if nothing.</summary>
    internal StepPhase Parks =>
        Finished is not null ? StepPhase.Running
        : IsUnresolved ? StepPhase.Unknown
        : Approval is not null && ApprovalAnswer is null && !ApprovalHasExpired ? StepPhase.WaitingApproval
        : StepPhase.Running;

    /// <summary>Whose to change: see <see cref="RunState.Copy"/>.</summary>
    internal object? Holder { get; set; }

    internal ToolCallState Copy(object holder)
    {
        var copy = (ToolCallState)MemberwiseClone();
        (copy.Holder, copy._answers, copy._pastQuestions, copy._checks) = (holder, [.. _answers], [.. _pastQuestions], [.. _checks]);
        return copy;
    }

    internal void Ask(ApprovalRequested question)
    {
        (Approval, ApprovalAnswer, ApprovalHasExpired) = (question, null, false);
        _answers.Clear();
    }

    internal void Answer(ApprovalDecided answer, string submitter)
    {
        if (Approval is not { } question || ApprovalAnswer is not null || ApprovalHasExpired)
        {
            return;
        }

        if (!answer.Approved)
        {
            _answers.Add(answer);
            ApprovalAnswer = answer;
            return;
        }

        if (question.NotSubmitter && Same(answer.Principal, submitter))
        {
            return;
        }

        if (answer.Arguments is not null)
        {
            // Whoever said yes before said it to other arguments.
            _answers.Clear();
        }
        else if (_answers.Exists(other => Same(other.Principal, answer.Principal)))
        {
            return;
        }

        _answers.Add(answer);
        ApprovalAnswer = _answers.Count >= question.Approvers ? answer : null;
    }

    internal void Void(ApprovalVoided voided)
    {
        if (Approval is { } question)
        {
            _pastQuestions.Add(new PastQuestion(question, [.. _answers], voided.Differences));
            (Approval, ApprovalAnswer, ApprovalHasExpired) = (null, null, false);
            _answers.Clear();
        }
    }

    internal void Start(ToolCallStarted started, DateTimeOffset at)
    {
        // What was said about an earlier try, or was still to be looked at, says nothing about this one.
        (Started, StartedAt, Unknown, Resolved, _openCheck) = (started, at, null, null, null);
    }

    internal void WantCheck(ToolCallCheckRequested wanted) => (_openCheck, ChecksAsked) = (wanted, Math.Max(ChecksAsked, wanted.Check));

    internal void TakeCheck(ToolCallChecked made)
    {
        _checks.Add(made);
        _openCheck = _openCheck?.Check == made.Check ? null : _openCheck;
    }

    internal void Expire() => ApprovalHasExpired = Approval is not null;

    static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A question that became void, and what had been answered to it.</summary>
public sealed record PastQuestion(ApprovalRequested Question, IReadOnlyList<ApprovalDecided> Answers, IReadOnlyList<ApprovalDifference> Differences);
