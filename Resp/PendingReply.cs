using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Agent.Resp;

/// <summary>Somebody waiting for the next reply, or the next few.</summary>
abstract class PendingReply
{
    /// <summary>When it was sent, in <see cref="Environment.TickCount64"/>.</summary>
    public long SentAt { get; set; }

    /// <summary>How many replies are still to come.</summary>
    public int Remaining { get; set; } = 1;

    /// <summary>Its last reply is given only when the server's file has what it wrote.</summary>
    public bool AwaitsFile { get; set; }

    /// <summary>The replies to MULTI … EXEC.</summary>
    public bool IsTransaction { get; set; }

    /// <summary>The last reply, come and not given yet.</summary>
    public RespValue Last { get; set; }

    public abstract void Take(in RespValue value);

    public abstract void Fail(Exception error);
}

/// <summary>One reply to one command. Pooled: a command allocates nothing but its reply.</summary>
sealed class SingleReply : PendingReply, IValueTaskSource<RespValue>
{
    static readonly ConcurrentQueue<SingleReply> Pool = new();

    ManualResetValueTaskSourceCore<RespValue> _core = new() { RunContinuationsAsynchronously = true };
    CancellationTokenRegistration _registration;
    CancellationToken _cancellationToken;
    int _completed;

    // The reader and the waiter each hold it; an abandoned one is still in the reader's queue.
    int _holders;

    public ValueTask<RespValue> Task => new(this, _core.Version);

    public static SingleReply Rent(CancellationToken cancellationToken)
    {
        if (!Pool.TryDequeue(out var reply))
        {
            reply = new SingleReply();
        }

        reply.Remaining = 1;
        reply.AwaitsFile = false;
        reply.Last = default;
        reply._completed = 0;
        reply._holders = 2;
        reply._cancellationToken = cancellationToken;
        if (cancellationToken.CanBeCanceled)
        {
            reply._registration = cancellationToken.UnsafeRegister(static state => ((SingleReply)state!).Cancel(), reply);
        }

        return reply;
    }

    public override void Take(in RespValue value)
    {
        if (Interlocked.Exchange(ref _completed, 1) == 0)
        {
            if (value.Kind == RespKind.Error)
            {
                _core.SetException(new RespServerException(value.AsString()!));
            }
            else
            {
                _core.SetResult(value);
            }
        }

        Release();
    }

    public override void Fail(Exception error)
    {
        if (Interlocked.Exchange(ref _completed, 1) == 0)
        {
            _core.SetException(error);
        }

        Release();
    }

    /// <summary>It was not sent: nobody will answer or wait.</summary>
    public void GiveBack()
    {
        _registration.Dispose();
        _registration = default;
    }

    public RespValue GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void Cancel()
    {
        if (Interlocked.Exchange(ref _completed, 1) == 0)
        {
            _core.SetException(new OperationCanceledException(_cancellationToken));
        }
    }

    void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _core.Reset();
            if (Pool.Count < 1024)
            {
                Pool.Enqueue(this);
            }
        }
    }
}

/// <summary>The replies to several commands sent together; errors stay values.</summary>
/// <remarks>On the reader's thread, if asked for, what awaits it goes on at once.</remarks>
sealed class BatchReply : PendingReply
{
    readonly TaskCompletionSource<RespValue[]> _completion;
    readonly RespValue[] _values;
    int _filled;

    public BatchReply(int count, bool onReader = false)
    {
        _completion = new(onReader ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _values = new RespValue[count];
        Remaining = count;
    }

    public Task<RespValue[]> Task => _completion.Task;

    public override void Take(in RespValue value)
    {
        _values[_filled++] = value;
        if (_filled == _values.Length)
        {
            _completion.TrySetResult(_values);
        }
    }

    public override void Fail(Exception error) => _completion.TrySetException(error);
}

/// <summary>The reply to COMMITAOF: what was answered before it is in the file now.</summary>
sealed class FileReply : PendingReply
{
    /// <summary>What the server said instead; null if it is done.</summary>
    public string? Refusal { get; private set; }

    public override void Take(in RespValue value) => Refusal = value.Kind == RespKind.Error ? value.AsString() : null;

    public override void Fail(Exception error)
    {
        // Those whose replies it holds back are told.
    }
}
