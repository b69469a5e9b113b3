using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Executor.Service.Sandbox;

/// <summary>System calls of the launcher.</summary>
static partial class LaunchCalls
{
    const int SetParentDeathSignal = 1;
    const int SetNoNewPrivileges = 38;
    const int DropBoundingCapability = 24;
    const int Capabilities = 64;
    const int SetSeccomp = 22;
    const int SeccompFilterMode = 2;
    const int Kill = 9;
    const int BrokenPipe = 13;
    const int LimitFileSize = 1;
    const int LimitCore = 4;
    const int LimitProcesses = 6;
    const int LimitOpenFiles = 7;

    /// <summary>Compiles and binds what the orders will need.</summary>
    public static void Practise(LaunchOrders some)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var method in typeof(LaunchCalls).GetMethods(all).Concat(typeof(LandlockRules).GetMethods(all)).Where(method => !method.ContainsGenericParameters))
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        EndFirst();
        _ = Bytes("");
        _ = Pointers([.. some.Environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        LandlockRules.Version();
        using var root = Workspaces.Posix.Open(null, "/"u8, Workspaces.Posix.ReadOnly);
        Workspaces.Posix.Stat(root);
    }

    /// <exception cref="LaunchFailedException">It is not there.</exception>
    public static void Enter(string directory)
    {
        try
        {
            Directory.SetCurrentDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LaunchFailedException($"{directory} can not be entered: {exception.Message}");
        }
    }

    public static void BeginSession(LaunchOrders orders)
    {
        _ = setsid();
        _ = prctl(SetParentDeathSignal, Kill, 0, 0, 0);
        Limit(LimitCore, 0);
        Limit(LimitFileSize, (ulong)orders.MaxFileBytes);
        Limit(LimitProcesses, (ulong)orders.MaxProcesses);
        Limit(LimitOpenFiles, (ulong)orders.MaxOpenFiles);
        EndFirst();
        if (prctl(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            throw new LaunchFailedException("no_new_privs can not be set.");
        }
    }

    public static unsafe void InstallFilter(ReadOnlySpan<ulong> program)
    {
        fixed (ulong* instructions = program)
        {
            var filter = new FilterProgram { Length = (ushort)program.Length, Instructions = (nint)instructions };
            if (prctl(SetSeccomp, SeccompFilterMode, (nint)(&filter), 0, 0) != 0)
            {
                throw new LaunchFailedException($"the seccomp filter can not be put on: {Workspaces.Posix.LastError()}.");
            }
        }
    }

    public static nint Landlock(int number, nint first, nint second, nint third, nint fourth) => syscall(number, first, second, third, fourth);

    /// <exception cref="LaunchFailedException">Nobody is there to hear it.</exception>
    public static void SayThatItBegins()
    {
        if (write(1, Launcher.Begins.ToArray(), (nuint)Launcher.Begins.Length) != Launcher.Begins.Length)
        {
            throw new LaunchFailedException($"whoever started this is not listening: {Workspaces.Posix.LastError()}");
        }
    }

    /// <summary>Returns only when it failed.</summary>
    public static void Become(string program, LaunchOrders orders)
    {
        // The runtime ignores broken pipes, and what is ignored stays so: `yes | head` would not end.
        _ = signal(BrokenPipe, 0);
        _ = execve(Bytes(program), Pointers(orders.Argv), Pointers([.. orders.Environment.Select(variable => $"{variable.Key}={variable.Value}")]));
    }

    /// <summary>Root's powers are not the command's: some of them, such as looking at others' memory, go past Landlock.</summary>
    public static void DropCapabilities()
    {
        // Who is not root has none, and may not drop them either.
        for (var capability = 0; capability < Capabilities && prctl(DropBoundingCapability, capability, 0, 0, 0) == 0; capability++)
        {
        }
    }

    // When memory runs out, the kernel is to end a command and not the suite.
    static void EndFirst()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "900");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there in every container; the other limits hold.
            return;
        }
    }

    static void Limit(int resource, ulong value)
    {
        // As root the hard limit may be raised again; what matters is what the command starts with.
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = setrlimit(resource, limit);
    }

    static byte[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    // Left allocated: the process image is about to be replaced.
    static nint[] Pointers(IReadOnlyList<string> texts) => [.. texts.Select(text => Marshal.StringToCoTaskMemUTF8(text)), 0];

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte[] bytes, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int execve(byte[] program, nint[] arguments, nint[] environment);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [StructLayout(LayoutKind.Sequential)]
    struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }
}
