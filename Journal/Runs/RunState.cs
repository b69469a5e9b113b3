using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>A run as its journal tells it: a fold, nothing else. Not thread-safe.
/// Total: what a stale owner, an earlier attempt or an earlier plan still says changes no step that has moved on; what became of a tool call is always kept, whoever says it.</summary>
public sealed class RunState(Guid runId)
{
    PlanSteps _steps = new();
    RunCalls _calls = new();
    Dictionary<string, ModelUse> _useByRole = new(StringComparer.Ordinal);
    Waits _waits = new();
    HashSet<string> _parked = new(StringComparer.Ordinal);
    List<OperatorMessage> _messages = [];
    HashSet<Guid> _requests = [];
    TimeSpan _waited;
    List<CriticalStateEntered> _criticalStates = [];

    bool _isPlanBegun;
    bool _hasBegun;

    public Guid RunId { get; } = runId;

    public JournalHead Head { get; private set; } = JournalHead.Empty;

    public string Goal { get; private set; } = "";

    public string Workspace { get; private set; } = "";

    /// <summary>Where the run's steps work: its working copy, or else the workspace itself.</summary>
    public string Directory => WorkingCopy?.Made?.Directory ?? Workspace;

    /// <summary>The run's working copy; null where it works in the workspace itself.</summary>
    public WorkingCopy? WorkingCopy { get; private set; }

    public string Principal { get; private set; } = "";

    public string? TraceParent { get; private set; }

    /// <summary>The policy bundle on trial it was put on; null for one that follows the current bundle.</summary>
    public CanaryAssigned? Canary { get; private set; }

    public DateTimeOffset SubmittedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public Plan? Plan { get; private set; }

    /// <summary>0 before the first plan.</summary>
    public int PlanVersion { get; private set; }

    /// <summary>How often a model's plan was refused since the last accepted one.</summary>
    public int PlanRefusals { get; private set; }

    public IReadOnlyList<string> PlanMistakes { get; private set; } = [];

    /// <summary>Steps of the current plan, in its order. A long plan has many: who only wants some asks for those.</summary>
    public IReadOnlyList<StepState> Steps => _steps.InOrder;

    /// <summary>Steps that neither wait to be dispatched nor are accepted, in the plan's order: few, however long the plan is.</summary>
    public IEnumerable<StepState> BegunSteps => _steps.Begun;

    /// <summary>Steps that are not accepted, in the plan's order.</summary>
    public IEnumerable<StepState> OpenSteps => _steps.Open;

    /// <summary>There is a plan, and nothing of it is left to do.</summary>
    public bool AreAllAccepted => Plan is not null && _steps.Accepted == Steps.Count;

    /// <summary>All tool calls by our call id, in order of decision.</summary>
    public IReadOnlyDictionary<string, ToolCallState> Calls => _calls.All;

    /// <summary>What its models took.</summary>
    public ModelUse Use { get; private set; } = ModelUse.None;

    /// <summary>The same by role (<c>planner</c>, <c>executor</c>, <c>reviewer</c>).</summary>
    public IReadOnlyDictionary<string, ModelUse> UseByRole => _useByRole;

    public long InputTokens => Use.Input;

    public long OutputTokens => Use.Output;

    public string? Model { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>Who asked for the end; null if nobody did.</summary>
    public string? CancelledBy { get; private set; }

    /// <summary>What people said about its budgets.</summary>
    public BudgetAnswers Budget { get; } = new();

    public RunReviewed? Review { get; private set; }

    public RunEnded? End { get; private set; }

    /// <summary>A plan an operator wants, not yet judged.</summary>
    public PlanProposed? Proposal { get; private set; }

    public Plan? ProposedPlan => Proposal?.Plan;

    /// <summary>The goal's submitter wants each plan signed by a person.</summary>
    public bool WantsSignOff { get; private set; }

    /// <summary>How the present plan version stands with the person who is to sign it; null if nobody was asked.</summary>
    public PlanSignOff? SignOff { get; private set; }

    /// <summary>Nothing of the present plan version was dispatched yet.</summary>
    public bool IsPlanUntouched => Plan is not null && !_isPlanBegun;

    /// <summary>Nothing of the run was dispatched yet, under no plan version.</summary>
    public bool IsUntouched => !_hasBegun;

    /// <summary>What an executor has to do for the working copy now. A promotion that was begun is brought to its end whatever else happens.</summary>
    public CopyWork OwedToCopy =>
        WorkingCopy is not { } copy || End is not null || copy.Failed is not null ? CopyWork.Nothing
        : copy.Begun is not null ? CopyWork.Promote
        : CancelledBy is not null || IsPaused || HeldBy is not null ? CopyWork.Nothing
        : copy.Made is null ? CopyWork.Make
        : Review is not { Verdict: Verdict.Accept } || !AreAllAccepted ? CopyWork.Nothing
        : copy.Changes is null ? CopyWork.FindChanges
        : copy.HasChanges && copy.Checks.Count < copy.Wanted.Checks.Count && copy.Checks.All(check => check.Passed) ? CopyWork.Check
        : copy.MayPromote ? CopyWork.Promote
        : CopyWork.Nothing;

    /// <summary>0 (last) to 9 (first) among runs that wait for the same slots.</summary>
    public int Priority { get; private set; } = DefaultPriority;

    /// <summary>What made the run, if no person did directly.</summary>
    public string? Origin { get; private set; }

    /// <summary>Name of the webhook that the submitter wants told of the end.</summary>
    public string? Webhook { get; private set; }

    /// <summary>The kill switch that holds the run; null if none does.</summary>
    public KillSwitchEngaged? HeldBy { get; private set; }

    /// <summary>The last stop of the installation that held the run; 0 if none did.</summary>
    public long StopEpoch { get; private set; }

    public const int DefaultPriority = 5;

    /// <summary>What operators said into the run, in order.</summary>
    public IReadOnlyList<OperatorMessage> Messages => _messages;

    /// <summary>Ids of the commands that were carried out on the run, of those that had one.</summary>
    public IReadOnlySet<Guid> Requests => _requests;

    /// <summary>What supervision found, in order.</summary>
    public IReadOnlyList<CriticalStateEntered> CriticalStates => _criticalStates;

    /// <summary>The run whose journal this one repeats at its beginning; null if it stands on its own.</summary>
    public RunForked? ForkedFrom { get; private set; }

    /// <summary>What the run waits for (<c>capacity</c>, <c>approval</c>, <c>budget</c>), newest last.</summary>
    public IReadOnlyList<string> Waits => _waits.For;

    /// <summary>Of the newest wait.</summary>
    public string? WaitReason => _waits.Reason;

    /// <summary>As lists show it; null before the first entry.</summary>
    public RunSummary? Summary => Head.Sequence == 0
        ? null
        : new(RunId, Goal, Workspace, Principal, Phase, End?.StopReason, SubmittedAt, UpdatedAt, _steps.Accepted, Steps.Count);

    public RunPhase Phase
    {
        get
        {
            if (End is { } end)
            {
                return end.State;
            }

            if (IsPaused || HeldBy is not null)
            {
                return RunPhase.Paused;
            }

            if (_waits.Contains("capacity") || _waits.Contains("slot"))
            {
                return RunPhase.WaitingCapacity;
            }

            if (_waits.Contains("approval") || _waits.Contains("budget") || SignOff is { Answer: null } || WorkingCopy is { WaitsForPerson: true } || BegunSteps.Any(step => step.Phase is StepPhase.WaitingApproval or StepPhase.Unknown))
            {
                return RunPhase.WaitingApproval;
            }

            if (Plan is null)
            {
                return Head.Sequence <= 1 ? RunPhase.Queued : RunPhase.Planning;
            }

            return AreAllAccepted ? RunPhase.Reviewing : RunPhase.Running;
        }
    }

    /// <summary>Of this plan or an earlier one.</summary>
    /// <exception cref="KeyNotFoundException">No plan had it.</exception>
    public StepState Step(string id) => _steps.Find(id) ?? throw new KeyNotFoundException($"Run {RunId} has no step {id}.");

    /// <summary>Null where the present plan has no such step.</summary>
    public StepState? StepInPlan(string id) => _steps.InPlan(id);

    /// <summary>How long the run has stood still for an operator, a person's answer or a model server: time that is not its own.</summary>
    public TimeSpan Waited(DateTimeOffset now) => IsStandingStill ? _waited + (now - UpdatedAt) : _waited;

    bool IsHeldUp => IsPaused || HeldBy is not null || CancelledBy is not null || _waits.Contains("budget");

    bool IsStandingStill => End is null && (IsPaused || HeldBy is not null || SignOff is { Answer: null } || WorkingCopy is { WaitsForPerson: true } || _waits.Any || _parked.Count > 0);

    public static RunState Fold(Guid runId, IEnumerable<JournalEntry> entries)
    {
        var state = new RunState(runId);
        foreach (var entry in entries)
        {
            state.Apply(entry);
        }

        return state;
    }

    /// <summary>The same state, to go on by itself. Steps and calls are copied when one of the two changes them, so that this costs little however long the run is.</summary>
    internal RunState Copy()
    {
        var copy = (RunState)MemberwiseClone();
        copy._steps = _steps.Copy();
        copy._calls = _calls.Copy();
        copy._useByRole = new(_useByRole, _useByRole.Comparer);
        copy._waits = _waits.Copy();
        copy._parked = new(_parked, _parked.Comparer);
        copy._messages = [.. _messages];
        copy._requests = [.. _requests];
        copy._criticalStates = [.. _criticalStates];
        return copy;
    }

    /// <summary>Takes what its owner has just appended after <see cref="Head"/>, so that it need not be read back.</summary>
    public void Apply(IReadOnlyList<IRunEvent> appended, AppendResult.Appended result, string actor)
    {
        for (var index = 0; index < appended.Count; index++)
        {
            // The hashes between are nobody's: who appends knows the last one.
            var sequence = result.Head.Sequence - appended.Count + 1 + index;
            var hash = sequence == result.Head.Sequence ? result.Head.Hash : "";
            Apply(new JournalEntry(RunId, sequence, hash, "", result.At, actor, RunEventTypes.NameOf(appended[index]), 1, appended[index], default));
        }
    }

    /// <summary>Takes the next entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is not the next one.</exception>
    public void Apply(JournalEntry entry)
    {
        if (entry.Sequence != Head.Sequence + 1)
        {
            throw new InvalidOperationException($"Run {RunId}: entry {entry.Sequence} does not follow {Head.Sequence}.");
        }

        _waited = Waited(entry.At);
        Apply(entry.Event, entry.At);
        if (ForkedFrom is { } fork && entry.Sequence == fork.Sequence + 1)
        {
            VoidApprovals(fork);
            WorkingCopy = WorkingCopy?.Fork();
        }

        Head = entry.Head;
        UpdatedAt = entry.At;
    }

    void Apply(IRunEvent runEvent, DateTimeOffset at)
    {
        if (End is not null)
        {
            return;
        }

        if (runEvent is IRequested { Request: { } request })
        {
            _requests.Add(request);
        }

        switch (runEvent)
        {
            case RunSubmitted submitted:
                (Goal, Workspace, Principal, TraceParent, SubmittedAt) = (submitted.Goal, submitted.Workspace, submitted.Principal, submitted.TraceParent, at);
                (WantsSignOff, Priority, Origin, Webhook) = (submitted.SignOff is true, submitted.Priority ?? DefaultPriority, submitted.Origin, submitted.Webhook);
                break;
            case CanaryAssigned assigned:
                Canary = assigned;
                break;
            case ModelReplied replied:
                Count(replied);
                break;
            case PlanRefused refused:
                PlanRefusals++;
                Proposal = null;
                PlanMistakes = refused.Mistakes;
                break;
            case PlanAccepted accepted:
                TakePlan(accepted);
                break;
            case PlanSignOffRequested asked when asked.Version == PlanVersion:
                SignOff = new PlanSignOff(asked.Version, asked.Reason, SignOff?.Answer);
                break;
            case PlanSignOffDecided decided when decided.Version == PlanVersion && SignOff is not { Answer: not null }:
                SignOff = new PlanSignOff(decided.Version, SignOff?.Reason ?? "", decided);
                break;
            case WorkingCopyRequested wanted when WorkingCopy is null:
                WorkingCopy = new WorkingCopy(wanted);
                break;
            case WorkingCopyMade or WorkingCopyFailed or ChangesFound or ChangesChecked or PromotionApprovalRequested or PromotionDecided or PromotionStarted or PromotionEnded:
                WorkingCopy = WorkingCopy?.Apply(runEvent);
                break;
            case BudgetRaised raised:
                Budget.Take(raised);
                _waits.End("budget", null);
                break;
            case RunPriorityChanged changed:
                Priority = changed.Priority;
                break;
            case KillSwitchEngaged engaged:
                (HeldBy, StopEpoch) = (engaged, engaged.Epoch);
                break;
            case KillSwitchLifted:
                HeldBy = null;
                break;
            case StepDispatched dispatched:
                Review = null;
                (_isPlanBegun, _hasBegun) = (true, true);
                WorkingCopy = WorkingCopy?.GoOn();
                _waits.End("slot", null);
                _waits.EndStep(dispatched.StepId);
                _steps.Change(dispatched.StepId, null, step => step.Dispatch(dispatched, at));
                NoteParked(dispatched.StepId);
                break;
            case StepLeased leased:
                _steps.Change(leased.StepId, leased.Attempt, step => step.Lease(leased, at));
                break;
            case ToolCallDecided or ApprovalRequested or ApprovalDecided or ApprovalVoided or ApprovalExpired or ToolCallEdited
                or ToolCallStarted or ToolCallFinished or ToolCallUnknown or ToolCallResolved or ToolCallCheckRequested or ToolCallChecked:
                ApplyToCall(runEvent, at);
                break;
            case StepExecuted executed:
                _waits.EndStep(executed.StepId);
                _steps.Change(executed.StepId, executed.Attempt, step => step.Execute(executed, at, isReviewAsked: !IsHeldUp));
                NoteParked(executed.StepId);
                break;
            case StepFailed failed:
                _waits.EndStep(failed.StepId);
                _steps.Change(failed.StepId, failed.Attempt, step => step.Fail(failed, at));
                NoteParked(failed.StepId);
                break;
            case StepReviewed reviewed:
                _waits.EndStep(reviewed.StepId);
                _steps.Change(reviewed.StepId, reviewed.Attempt, step => step.Judge(reviewed));
                break;
            case StepRetryRequested retry:
                _waits.EndStep(retry.StepId);
                _steps.Change(retry.StepId, null, step => step.Retry(retry.Comment));
                NoteParked(retry.StepId);
                break;
            case OperatorMessage message:
                _messages.Add(message);
                break;
            case CriticalStateEntered critical:
                _criticalStates.Add(critical);
                break;
            case PlanProposed proposed:
                Proposal = proposed;
                break;
            case RunForked forked:
                // A fork of a fork repeats the older fork's entry too.
                ForkedFrom ??= forked;
                break;
            case RunReviewed reviewed when reviewed.PlanVersion == PlanVersion:
                Review = reviewed;
                _waits.End("approval", null);
                break;
            case RunWaiting waiting:
                _waits.Begin(waiting);
                break;
            case RunWaitEnded ended:
                _waits.End(ended.For, ended.StepId);
                break;
            case RunPaused:
                IsPaused = true;
                break;
            case RunResumed:
                IsPaused = false;
                break;
            case RunCancelRequested cancel:
                CancelledBy ??= cancel.Principal;
                break;
            case RunEnded end:
                End = end;
                break;
        }
    }

    void ApplyToCall(IRunEvent runEvent, DateTimeOffset at)
    {
        if (runEvent is ToolCallDecided decided)
        {
            if (_calls.TryAdd(decided))
            {
                _steps.Change(decided.StepId, decided.Attempt, step => step.CallIds.Add(decided.CallId));
            }
        }
        else if (_calls.Apply(runEvent, at, Principal) is { } call)
        {
            Park(call);
        }
    }

    // What was approved for another run was not approved for this one.
    void VoidApprovals(RunForked fork)
    {
        foreach (var open in Calls.Values.Where(call => call is { Approval: not null, Started: null, Finished: null }).ToList())
        {
            var call = _calls.Change(open.Decided.CallId)!;
            call.Void(new ApprovalVoided(call.Decided.CallId, call.Decided.StepId, call.Decided.Attempt, [new ApprovalDifference("run", fork.FromRun.ToString(), RunId.ToString())]));
            Park(call);
        }
    }

    /// <summary>A step is parked as long as a person owes an answer on any of its calls.</summary>
    void Park(ToolCallState call)
    {
        var (stepId, attempt) = (call.Decided.StepId, call.Decided.Attempt);
        _steps.Change(stepId, attempt, step => step.Park(step.CallIds.Select(id => Calls[id].Parks).DefaultIfEmpty(StepPhase.Running).Max()));
        NoteParked(stepId);
    }

    // Kept beside the phases: how long a run stood still is asked at each entry. A step that left the plan holds nothing up.
    void NoteParked(string stepId) =>
        _ = _steps.InPlan(stepId)?.Phase is StepPhase.WaitingApproval or StepPhase.Unknown ? _parked.Add(stepId) : _parked.Remove(stepId);

    void Count(ModelReplied replied)
    {
        Use = Use.Plus(replied.Usage);
        _useByRole[replied.Role] = _useByRole.GetValueOrDefault(replied.Role, ModelUse.None).Plus(replied.Usage);
        Model = replied.Model;

        // A model that answers is not away.
        _waits.End("capacity", replied.StepId);
        if (replied.StepId is { } stepId)
        {
            _steps.Change(stepId, null, step =>
            {
                step.Use = step.Use.Plus(replied.Usage);
                if (replied.Role != "reviewer" && step.Attempt == replied.Attempt)
                {
                    step.Replies.Add(replied);
                }
            });
        }
    }

    void TakePlan(PlanAccepted accepted)
    {
        Plan = accepted.Plan;
        PlanVersion = accepted.Version;
        PlanRefusals = 0;
        PlanMistakes = [];
        Proposal = null;
        SignOff = null;
        _isPlanBegun = false;
        Review = null;
        WorkingCopy = WorkingCopy?.GoOn();
        _parked.Clear();

        foreach (var step in accepted.Plan.Steps.Where(step => _steps.Find(step.Id) is not { Phase: StepPhase.Accepted }))
        {
            _waits.EndStep(step.Id);
        }

        _steps.Take(accepted.Plan);
    }
}
