using System.Runtime.InteropServices;
using Agent.AppHost.Local.Processes;

/// <summary>Runs inside every child before its <c>Main</c> (the runtime finds this class by its name, without a namespace). The host holds the child's
/// standard input; its end means the host is gone, however it went, and the child ends too. The signal "parent died" would not do: it fires when the
/// <em>thread</em> that started the child ends.</summary>
static class StartupHook
{
    public static void Initialize()
    {
        // What a service starts is not ours to end by standard input.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);

        // A group of its own: Ctrl+C at the terminal reaches the host alone, which ends the rest in order, and what a service started goes with its group.
        Signals.LeadOwnGroup();

        new Thread(WaitForTheHostToGo) { IsBackground = true, Name = "lifeline" }.Start();
    }

    static void WaitForTheHostToGo()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[16];
        while (input.Read(buffer) > 0)
        {
        }

        Signals.Send(Environment.ProcessId, PosixSignal.SIGTERM);
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMilliseconds(300));
        Signals.KillGroup(Environment.ProcessId);
    }
}
