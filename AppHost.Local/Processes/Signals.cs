using System.Runtime.InteropServices;

namespace Agent.AppHost.Local.Processes;

/// <summary>The few calls the framework does not have.</summary>
static partial class Signals
{
    const int Terminate = 15;
    const int Kill = 9;

    public static void LeadOwnGroup()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetProcessGroup(0, 0);
        }
    }

    public static void Send(int processId, PosixSignal signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(processId, signal == PosixSignal.SIGTERM ? Terminate : Kill);
        }
    }

    /// <summary>Ends a child and whatever it started and left in its group.</summary>
    public static void KillGroup(int processId)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(-processId, Kill);
            _ = SendSignal(processId, Kill);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetProcessGroup(int processId, int group);
}
