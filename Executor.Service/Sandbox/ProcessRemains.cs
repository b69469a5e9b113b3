using System.Text;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Ends what a command started where no process namespace does: its group, its descendants, whatever carries its mark in a session of its own, and what it left behind without one.</summary>
static class ProcessRemains
{
    const int Kill = 9;
    const int Stop = 19;
    const int Rounds = 50;

    public static void End(int process, string mark)
    {
        Posix.Kill(-process, Kill);

        // Stopped first, so that none starts another while the others are ended; a few rounds catch what was started meanwhile.
        var since = RunningCalls.BeginOf(mark);
        var entry = Encoding.UTF8.GetBytes($"{CommandEnvironment.MarkName}={mark}\0");
        for (var round = 0; round < Rounds && Find(process, entry, since) is { Count: > 0 } found; round++)
        {
            found.ForEach(id => Posix.Kill(id, Stop));
            found.ForEach(id => Posix.Kill(id, Kill));
        }

        RunningCalls.Bury();
    }

    static List<int> Find(int process, byte[] mark, long since)
    {
        var all = ProcessTable.Read();
        return [.. ProcessTable.Below(process, all).Concat(RunningCalls.Strays()).Concat(all.Where(entry => entry.Started >= since && ProcessTable.EnvironmentOf(entry.Id).AsSpan().IndexOf(mark) >= 0))
            .Where(entry => !entry.HasEnded && entry.Id != Environment.ProcessId).Select(entry => entry.Id).Distinct()];
    }
}
