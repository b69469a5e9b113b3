using System.Runtime.CompilerServices;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Replaying;

/// <summary>What one owner of a step wrote from taking it to letting go. To the step's loop it is the journal: an append is taken if it is the recorded one.</summary>
sealed class RecordedStep : IRunLog
{
    readonly RecordedRun _run;
    readonly List<JournalEntry> _own = [];
    int _next;

    /// <param name="leased">Index of the entry by which the owner took the step.</param>
    public RecordedStep(RecordedRun run, int leased)
    {
        _run = run;
        Lease = (StepLeased)run.Entries[leased].Event;
        State = run.StateAfter(leased + 1);
        LeasedAt = run.Entries[leased].At;
        foreach (var entry in run.Entries.Skip(leased + 1))
        {
            if (EndsOwnership(entry.Event))
            {
                break;
            }

            if (IsOwn(entry.Event))
            {
                _own.Add(entry);
                if (entry.Event is StepExecuted or StepFailed)
                {
                    break;
                }
            }
        }
    }

    public StepLeased Lease { get; }

    public DateTimeOffset LeasedAt { get; }

    /// <summary>The run as its owner knows it; goes on with the replay.</summary>
    public RunState State { get; }

    public int Compared { get; private set; }

    /// <summary>The next entry that the owner wrote; null if it wrote no more.</summary>
    public JournalEntry? Next => _next < _own.Count ? _own[_next] : null;

    /// <summary>What the owner wrote next about a call.</summary>
    public T? Coming<T>(string callId)
        where T : class, IRunEvent => _own.Skip(_next).Select(entry => entry.Event).OfType<T>().FirstOrDefault(happened => CallOf(happened) == callId);

    public ModelReplied? ComingReply => _own.Skip(_next).Select(entry => entry.Event).OfType<ModelReplied>().FirstOrDefault();

    /// <summary>The call that the next entry is about.</summary>
    public string? NextCall => Next is { } next ? CallOf(next.Event) : null;

    public Task<AppendResult> AppendAsync(Guid runId, JournalHead expected, IReadOnlyList<IRunEvent> events, string actor, CancellationToken cancellationToken = default)
    {
        if (Next is not { } next)
        {
            throw new RecordLeftException(null);
        }

        if (next.Sequence > expected.Sequence + 1)
        {
            // Others wrote first, as they did then: the owner reads it, as it did then.
            return Task.FromResult<AppendResult>(new AppendResult.Moved(_run.Entries[(int)next.Sequence - 2].Head));
        }

        var follows = expected.Sequence;
        foreach (var made in events)
        {
            if (Next is not { } recorded)
            {
                throw new RecordLeftException(null);
            }

            if (recorded.Sequence != ++follows)
            {
                throw Left(Comparison.Text(made), "It was written later than what stands before it; this version of the program writes both at once.");
            }

            if (!Comparison.IsSame(made, recorded.Event))
            {
                var (wanted, got) = Comparison.Tell(made, recorded.Event);
                throw new RecordLeftException(new ReplayDivergence(recorded.Sequence, recorded.Type, wanted, got, Why(made, recorded.Event)));
            }

            _next++;
            Compared++;
        }

        return Task.FromResult<AppendResult>(new AppendResult.Appended(_own[_next - 1].Head) { At = _own[_next - 1].At });
    }

    public async IAsyncEnumerable<JournalEntry> ReadAsync(Guid runId, long from = 1, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var until = Next?.Sequence ?? _run.Entries.Count + 1;
        for (var sequence = from; sequence < until; sequence++)
        {
            yield return _run.Entries[(int)sequence - 1];
        }
    }

    /// <summary>The record has something else here, or nothing.</summary>
    public RecordLeftException Left(string expected, string why) => new(Next is { } next
        ? new ReplayDivergence(next.Sequence, next.Type, expected, Comparison.Text(next.Event), why)
        : null);

    bool EndsOwnership(IRunEvent happened) => happened switch
    {
        StepLeased leased => leased.StepId == Lease.StepId,
        StepDispatched dispatched => dispatched.StepId == Lease.StepId,
        RunEnded => true,
        _ => false,
    };

    bool IsOwn(IRunEvent happened) => happened switch
    {
        ModelReplied { Role: "executor" } replied => IsThis(replied.StepId, replied.Attempt),
        ToolCallDecided decided => IsThis(decided.StepId, decided.Attempt),
        ToolCallEdited edited => IsThis(edited.StepId, edited.Attempt),
        ApprovalRequested requested => IsThis(requested.StepId, requested.Attempt),
        ApprovalVoided voided => IsThis(voided.StepId, voided.Attempt),
        ApprovalExpired expired => IsThis(expired.StepId, expired.Attempt),
        ApprovalDecided { Standing: not null } answer => answer.StepId == Lease.StepId,
        ToolCallStarted started => IsThis(started.StepId, started.Attempt),
        ToolCallFinished finished => IsThis(finished.StepId, finished.Attempt),
        ToolCallUnknown unknown => IsThis(unknown.StepId, unknown.Attempt),
        ToolCallChecked made => IsThis(made.StepId, made.Attempt),
        ToolCallResolved { Check: not null } answer => answer.StepId == Lease.StepId,
        StepExecuted executed => IsThis(executed.StepId, executed.Attempt),
        StepFailed { Token: not 0 } failed => IsThis(failed.StepId, failed.Attempt),
        RunWaiting { For: "capacity" } waiting => waiting.StepId == Lease.StepId,
        _ => false,
    };

    bool IsThis(string? stepId, int attempt) => stepId == Lease.StepId && attempt == Lease.Attempt;

    static string? CallOf(IRunEvent happened) => happened switch
    {
        ToolCallDecided decided => decided.CallId,
        ToolCallEdited edited => edited.CallId,
        ApprovalRequested requested => requested.CallId,
        ApprovalVoided voided => voided.CallId,
        ApprovalExpired expired => expired.CallId,
        ApprovalDecided answer => answer.CallId,
        ToolCallStarted started => started.CallId,
        ToolCallFinished finished => finished.CallId,
        ToolCallUnknown unknown => unknown.CallId,
        ToolCallChecked made => made.CallId,
        ToolCallResolved answer => answer.CallId,
        _ => null,
    };

    static string Why(IRunEvent made, IRunEvent recorded) => (made, recorded) switch
    {
        (ModelReplied a, ModelReplied b) when a.RequestDigest != b.RequestDigest =>
            "The model would be asked something else than it was: the plan, an answer before, what is shown of tool results, or the wording in this version of the program is another.",
        (StepFailed { Code: "limit" }, _) => "The executor's limits are others than they were then.",
        _ when made.GetType() != recorded.GetType() => "The step's loop goes another way here than it did: by another version of the program, or an entry before was changed.",
        _ => "The same fact comes out with another content: by another version of the program, or an entry before was changed.",
    };
}
