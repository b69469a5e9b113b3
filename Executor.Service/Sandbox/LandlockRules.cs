using System.Runtime.InteropServices;
using System.Text;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Landlock: from here on this thread and all it becomes reach only the files named. What the kernel is too old for is left out, never the files.</summary>
static class LandlockRules
{
    const int CreateRuleset = 444;
    const int AddRule = 445;
    const int RestrictSelf = 446;
    const int VersionFlag = 1;
    const int PathBeneath = 1;
    const int PathOnly = 0x200000;

    // Bits of the kernel's LANDLOCK_ACCESS_FS_*.
    const ulong Execute = 1 << 0;
    const ulong WriteFile = 1 << 1;
    const ulong ReadFile = 1 << 2;
    const ulong ReadDirectory = 1 << 3;
    const ulong Refer = 1 << 13;
    const ulong Truncate = 1 << 14;
    const ulong DeviceControl = 1 << 15;
    const ulong FirstVersion = (1 << 13) - 1;
    const ulong OnFiles = Execute | WriteFile | ReadFile | Truncate | DeviceControl;
    const ulong ReadOnly = Execute | ReadFile | ReadDirectory;

    static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    /// <summary>Version of the kernel's interface; 0 or less: there is none.</summary>
    public static int Version() => (int)LaunchCalls.Landlock(CreateRuleset, 0, 0, VersionFlag, 0);

    public static unsafe void Restrict(LaunchOrders orders)
    {
        var version = Version();
        if (version < 1)
        {
            throw new LaunchFailedException("the kernel has no Landlock, or it is switched off.");
        }

        var handled = FirstVersion | (version >= 2 ? Refer : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceControl : 0);
        var ruleset = new Ruleset
        {
            Files = handled,
            Network = version >= 4 && !orders.HasNetwork ? 3UL : 0,
            Scopes = version >= 6 ? 3UL : 0,
        };
        var size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        var descriptor = (int)LaunchCalls.Landlock(CreateRuleset, (nint)(&ruleset), size, 0, 0);
        if (descriptor < 0)
        {
            throw new LaunchFailedException($"no Landlock ruleset can be made: {Posix.LastError()}.");
        }

        foreach (var path in orders.Readable)
        {
            Allow(descriptor, path, ReadOnly & handled);
        }

        foreach (var path in orders.Writable)
        {
            Allow(descriptor, path, handled);
        }

        foreach (var device in Devices)
        {
            Allow(descriptor, device, (ReadFile | WriteFile | DeviceControl) & handled);
        }

        if (LaunchCalls.Landlock(RestrictSelf, descriptor, 0, 0, 0) != 0)
        {
            throw new LaunchFailedException($"Landlock can not be put on: {Posix.LastError()}.");
        }
    }

    static unsafe void Allow(int ruleset, string path, ulong access)
    {
        using var open = Posix.Open(null, Encoding.UTF8.GetBytes(path), PathOnly);
        if (open.IsInvalid)
        {
            return;
        }

        var rule = new Beneath { Access = Posix.Stat(open) is { IsDirectory: true } ? access : access & OnFiles, Parent = (int)open.DangerousGetHandle() };
        if (LaunchCalls.Landlock(AddRule, ruleset, PathBeneath, (nint)(&rule), 0) != 0)
        {
            throw new LaunchFailedException($"{path} can not be allowed: {Posix.LastError()}.");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Ruleset
    {
        public ulong Files;
        public ulong Network;
        public ulong Scopes;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    struct Beneath
    {
        public ulong Access;
        public int Parent;
    }
}
