using System.Text.Json.Serialization;
using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>Where a step stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StepPhase>))]
public enum StepPhase
{
    /// <summary>Not dispatched: waits for others.</summary>
    Pending,

    /// <summary>May run; nobody has taken it, or its owner is to go on.</summary>
    Dispatched,

    /// <summary>An executor owns it.</summary>
    Running,

    /// <summary>Parked until a person answers.</summary>
    WaitingApproval,

    /// <summary>A call's outcome is not known; a person decides.</summary>
    Unknown,

    /// <summary>Answered, not judged.</summary>
    Executed,

    /// <summary>Could not be done.</summary>
    Failed,

    /// <summary>Judged good.</summary>
    Accepted,

    /// <summary>Judged not good.</summary>
    Rejected,
}

/// <summary>One step as the journal tells it.</summary>
public sealed class StepState(PlanStep definition)
{
    // Whether an executor took the step while it was parked.
    bool _ownedAgain;

    public PlanStep Definition { get; internal set; } = definition;

    public string Id => Definition.Id;

    public StepPhase Phase { get; private set; }

    /// <summary>0 before the first dispatch.</summary>
    public int Attempt { get; internal set; }

    /// <summary>What its models took in all attempts, its reviews among it.</summary>
    public ModelUse Use { get; internal set; } = ModelUse.None;

    /// <summary>What the reviewer wants different in this attempt.</summary>
    public string? Feedback { get; private set; }

    public string? Owner { get; private set; }

    /// <summary>Fencing token of the owner.</summary>
    public long Token { get; private set; }

    public string? Answer { get; private set; }

    public IReadOnlyList<string> Evidence { get; private set; } = [];

    public StepFailed? Failure { get; private set; }

    /// <summary>Executed while nothing held the run up: then the executor itself asked for the review. Otherwise the planner does, once the run goes on.</summary>
    public bool IsReviewAsked { get; private set; }

    public StepReviewed? Review { get; private set; }

    public DateTimeOffset? DispatchedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Model replies of the current attempt, in order: the conversation so far.</summary>
    public List<ModelReplied> Replies { get; private set; } = [];

    /// <summary>Our ids of the current attempt's calls, in order.</summary>
    public List<string> CallIds { get; private set; } = [];

    /// <summary>What an operator who wants another attempt says to it.</summary>
    public string? RetryComment { get; private set; }

    /// <summary>Whose to change: see <see cref="RunState.Copy"/>.</summary>
    internal object? Holder { get; set; }

    internal StepState Copy(object holder)
    {
        var copy = (StepState)MemberwiseClone();
        (copy.Holder, copy.Replies, copy.CallIds) = (holder, [.. Replies], [.. CallIds]);
        return copy;
    }

    /// <summary>Back to where it may be dispatched; an accepted step stays accepted, for others rest on it.</summary>
    internal void Retry(string? comment)
    {
        if (Phase is not (StepPhase.Pending or StepPhase.Accepted))
        {
            Phase = StepPhase.Pending;
            RetryComment = comment;
        }
    }

    internal void Dispatch(StepDispatched dispatched, DateTimeOffset at)
    {
        if (dispatched.Attempt < Attempt)
        {
            return;
        }

        Phase = StepPhase.Dispatched;
        Attempt = dispatched.Attempt;
        Feedback = dispatched.Feedback;
        RetryComment = null;
        DispatchedAt = at;
        StartedAt = null;
        EndedAt = null;
        Owner = null;
        Token = 0;
        Answer = null;
        Evidence = [];
        Failure = null;
        IsReviewAsked = false;
        Review = null;
        Replies.Clear();
        CallIds.Clear();
    }

    internal void Lease(StepLeased leased, DateTimeOffset at)
    {
        if (!IsOpen || leased.Token < Token)
        {
            return;
        }

        Owner = leased.Owner;
        Token = leased.Token;
        StartedAt ??= at;
        _ownedAgain = true;
        Phase = IsParked ? Phase : StepPhase.Running;
    }

    /// <summary>What the step's calls wait for: <see cref="StepPhase.Unknown"/>, <see cref="StepPhase.WaitingApproval"/>, or nothing (<see cref="StepPhase.Running"/>).</summary>
    internal void Park(StepPhase parks)
    {
        if (!IsOpen)
        {
            return;
        }

        if (parks is StepPhase.WaitingApproval or StepPhase.Unknown)
        {
            _ownedAgain = IsParked && _ownedAgain;
            Phase = parks;
        }
        else if (IsParked)
        {
            Phase = _ownedAgain ? StepPhase.Running : StepPhase.Dispatched;
        }
    }

    internal void Execute(StepExecuted executed, DateTimeOffset at, bool isReviewAsked)
    {
        if (!IsOpen || executed.Token < Token)
        {
            return;
        }

        Phase = StepPhase.Executed;
        Answer = executed.Answer;
        Evidence = executed.Evidence;
        EndedAt = at;
        IsReviewAsked = isReviewAsked;
    }

    internal void Fail(StepFailed failed, DateTimeOffset at)
    {
        // Token 0 is the coordinator's: it may give up a step that no owner brings to an end.
        var byCoordinator = failed.Token == 0 && (IsOpen || Phase == StepPhase.Pending);
        if (!byCoordinator && (!IsOpen || failed.Token < Token))
        {
            return;
        }

        Phase = StepPhase.Failed;
        Failure = failed;
        EndedAt = at;
    }

    internal void Judge(StepReviewed reviewed)
    {
        if (Phase is StepPhase.Executed or StepPhase.Failed or StepPhase.Rejected)
        {
            Review = reviewed;
            Phase = reviewed.Verdict == Verdict.Accept ? StepPhase.Accepted : StepPhase.Rejected;
        }
    }

    bool IsParked => Phase is StepPhase.WaitingApproval or StepPhase.Unknown;

    bool IsOpen => IsParked || Phase is StepPhase.Dispatched or StepPhase.Running;
}
