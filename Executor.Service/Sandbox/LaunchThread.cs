using System.Collections.Concurrent;
using System.Diagnostics;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Starts all processes from one thread that lives as long as this process. The kernel's "die with parent" means the parent <em>thread</em>, and a pool thread
/// may end at any time.</summary>
sealed class LaunchThread : IDisposable
{
    readonly BlockingCollection<Action> _work = [];

    // Touched by the thread alone.
    readonly Queue<Process> _waiting = new();

    public LaunchThread() => new Thread(Run) { IsBackground = true, Name = "process launcher" }.Start();

    /// <exception cref="System.ComponentModel.Win32Exception">The program is not there or can not be started.</exception>
    /// <param name="mark">Of the call it belongs to.</param>
    public Task<Process> StartAsync(ProcessStartInfo start, string mark) => OnThreadAsync(() =>
    {
        lock (RunningCalls.Starting)
        {
            var process = Started(start);
            RunningCalls.Started(mark, process.Id);
            return process;
        }
    });

    /// <summary>A process that waits, started, for what it is told on its standard input; others are started behind it.</summary>
    /// <param name="waiting">How many are to wait; with 0 each is started when it is needed.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is not there or can not be started.</exception>
    public async Task<Process> TakeAsync(Func<ProcessStartInfo> start, int waiting, string mark)
    {
        var taken = await OnThreadAsync(() =>
        {
            lock (RunningCalls.Starting)
            {
                var process = Waiting() ?? Started(start());
                RunningCalls.Started(mark, process.Id);
                return process;
            }
        });
        if (waiting > 0)
        {
            _ = OnThreadAsync(() => Refill(start, waiting));
        }

        return taken;
    }

    public void Dispose()
    {
        if (_work.IsAddingCompleted)
        {
            return;
        }

        _work.Add(() =>
        {
            while (_waiting.TryDequeue(out var process))
            {
                // The end of its input is its end.
                process.StandardInput.Close();
                process.Dispose();
            }
        });
        _work.CompleteAdding();
    }

    Process? Waiting()
    {
        while (_waiting.TryDequeue(out var process))
        {
            if (!process.HasExited)
            {
                return process;
            }

            process.Dispose();
        }

        return null;
    }

    bool Refill(Func<ProcessStartInfo> start, int waiting)
    {
        while (_waiting.Count < waiting)
        {
            _waiting.Enqueue(Started(start()));
        }

        return true;
    }

    static Process Started(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start)!;
    }

    Task<T> OnThreadAsync<T>(Func<T> act)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() =>
            {
                try
                {
                    done.SetResult(act());
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            });
        }
        catch (InvalidOperationException stopping)
        {
            done.SetException(stopping);
        }

        return done.Task;
    }

    void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
