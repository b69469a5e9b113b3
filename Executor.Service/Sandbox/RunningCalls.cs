using System.Collections.Concurrent;
using System.Text;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Sandbox;

/// <summary>The calls of this process that run now. What a command leaves behind becomes a child of this process (it is asked to be the "subreaper"), so that it can be told from what still belongs to a call, even when it
/// has a session of its own and an emptied environment.</summary>
static class RunningCalls
{
    const int Looks = 5;

    static readonly ConcurrentDictionary<string, RunningCall> Marks = new(StringComparer.Ordinal);
    static readonly byte[] MarkStart = Encoding.UTF8.GetBytes(CommandEnvironment.MarkName + "=");

    /// <summary>Held while a process is started and noted: nobody may take its end for that of a stray meanwhile.</summary>
    public static Lock Starting { get; } = new();

    public static void AdoptOrphans() => Posix.BecomeSubreaper();

    /// <summary>Before its process is started.</summary>
    public static void Begin(string mark) => Marks[mark] = new RunningCall(0, ProcessTable.Now());

    public static void Started(string mark, int process) => Marks[mark] = Marks[mark] with { Process = process };

    /// <summary>No process of the call is older.</summary>
    public static long BeginOf(string mark) => Marks.TryGetValue(mark, out var call) ? call.Begin : 0;

    public static void End(string mark) => Marks.TryRemove(mark, out _);

    /// <summary>Children of this process that it did not start and that no running call has marked: left behind.</summary>
    public static List<ProcessEntry> Strays()
    {
        lock (Starting)
        {
            return [.. Adopted(ProcessTable.Read()).Where(entry => entry.HasEnded || !IsMarked(entry.Id))];
        }
    }

    /// <summary>Children of this process that it did not start itself.</summary>
    public static IEnumerable<ProcessEntry> Adopted(IReadOnlyList<ProcessEntry> all)
    {
        var session = all.FirstOrDefault(entry => entry.Id == Environment.ProcessId).Session;
        return all.Where(entry => entry.Parent == Environment.ProcessId && entry.Session != session && !Marks.Values.Any(call => call.Process == entry.Id));
    }

    /// <summary>Lets the kernel forget strays that ended: their parent died, so nobody else asks for their end.</summary>
    public static void Bury()
    {
        lock (Starting)
        {
            foreach (var stray in Strays().Where(stray => stray.HasEnded))
            {
                Posix.Reap(stray.Id);
            }
        }
    }

    static bool IsMarked(int process)
    {
        // While a process becomes another program its environment is empty for a moment.
        var read = ProcessTable.EnvironmentOf(process);
        for (var again = 0; again < Looks && read.Length == 0; again++)
        {
            Thread.Yield();
            read = ProcessTable.EnvironmentOf(process);
        }

        var environment = read.AsSpan();
        var at = environment.IndexOf(MarkStart);
        if (at < 0)
        {
            return false;
        }

        var mark = environment[(at + MarkStart.Length)..];
        var end = mark.IndexOf((byte)0);
        return Marks.ContainsKey(Encoding.UTF8.GetString(end < 0 ? mark : mark[..end]));
    }

    readonly record struct RunningCall(int Process, long Begin);
}
