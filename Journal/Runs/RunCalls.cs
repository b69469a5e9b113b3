using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>A run's tool calls, by our call id and in order of decision. What became of a call is kept whoever says it, and once. Not thread-safe.</summary>
sealed class RunCalls
{
    Dictionary<string, ToolCallState> _calls = new(StringComparer.Ordinal);

    // Which calls are this fold's alone, and so may be changed: a copy shares the others with what it was made from.
    object _own = new();

    public IReadOnlyDictionary<string, ToolCallState> All => _calls;

    /// <returns>False: it was decided before.</returns>
    public bool TryAdd(ToolCallDecided decided) => _calls.TryAdd(decided.CallId, new ToolCallState(decided) { Holder = _own });

    /// <summary>The call, to be changed; null where there is none.</summary>
    public ToolCallState? Change(string callId)
    {
        if (_calls.TryGetValue(callId, out var call) && call.Holder != _own)
        {
            _calls[callId] = call = call.Copy(_own);
        }

        return call;
    }

    /// <param name="principal">Whose run it is.</param>
    /// <returns>The call, if what it waits for may be something else now.</returns>
    public ToolCallState? Apply(IRunEvent runEvent, DateTimeOffset at, string principal)
    {
        switch (runEvent)
        {
            case ApprovalRequested requested when Change(requested.CallId) is { } call:
                call.Ask(requested);
                return call;
            case ApprovalDecided decision when Change(decision.CallId) is { } call:
                call.Answer(decision, principal);
                return call;
            case ApprovalVoided voided when Change(voided.CallId) is { } call:
                call.Void(voided);
                return call;
            case ApprovalExpired expired when Change(expired.CallId) is { } call:
                call.Expire();
                return call;
            case ToolCallEdited edited when Change(edited.CallId) is { Finished: null } call:
                call.Edited = edited;
                break;
            case ToolCallStarted started when Change(started.CallId) is { } call:
                call.Start(started, at);
                break;
            case ToolCallFinished finished when Change(finished.CallId) is { Finished: null } call:
                call.Finished = finished;
                return call;
            case ToolCallUnknown unknown when Change(unknown.CallId) is { Finished: null } call:
                call.Unknown = unknown;
                return call;
            case ToolCallResolved { CallId: var id } resolved when Change(id) is { Resolved: null } call:
                call.Resolved = resolved;
                return call;
            case ToolCallCheckRequested wanted when Change(wanted.CallId) is { IsUnresolved: true } call:
                call.WantCheck(wanted);
                break;
            case ToolCallChecked made when Change(made.CallId) is { } call:
                call.TakeCheck(made);
                break;
        }

        return null;
    }

    /// <summary>The same calls, to go on by themselves. One is copied when either side changes it.</summary>
    public RunCalls Copy()
    {
        var copy = (RunCalls)MemberwiseClone();
        copy._calls = new(_calls, _calls.Comparer);
        (_own, copy._own) = (new(), new());
        return copy;
    }
}
