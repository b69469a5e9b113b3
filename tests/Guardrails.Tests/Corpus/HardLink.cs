using System.Runtime.InteropServices;

namespace Agent.Guardrails.Tests.Corpus;

static class HardLink
{
    public static void Make(string existing, string name)
    {
        if (Link(existing, name) != 0)
        {
            throw new IOException($"{name} could not be linked: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
