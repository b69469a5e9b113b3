using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Workspaces;

/// <summary>The few libc calls that the framework has no form of: paths as bytes, opened relative to a held directory.</summary>
static partial class Posix
{
    public const int CurrentDirectory = -100;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    // The two flags that differ between processors.
    public static readonly int DirectoryOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int TooManyLinks = 40;

    const int SymlinkNoFollow = 0x100;
    const int EmptyPath = 0x1000;
    const int RemovesDirectory = 0x200;
    const uint BasicStats = 0x7ff;
    const nuint CloneRequest = 0x40049409;

    public static SafeFileHandle Open(SafeFileHandle? directory, ReadOnlySpan<byte> path, int flags, int mode = 0)
    {
        var descriptor = openat(directory is null ? CurrentDirectory : (int)directory.DangerousGetHandle(), Terminated(path), flags | CloseOnExec, mode);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Of a name in a directory, its last link not followed; null if there is none or it can not be looked at.</summary>
    public static FileFacts? Stat(SafeFileHandle? directory, ReadOnlySpan<byte> path)
    {
        var result = statx(directory is null ? CurrentDirectory : (int)directory.DangerousGetHandle(), Terminated(path), SymlinkNoFollow, BasicStats, out var facts);
        return result == 0 ? facts : null;
    }

    /// <summary>Of what is open.</summary>
    public static FileFacts? Stat(SafeFileHandle open) =>
        statx((int)open.DangerousGetHandle(), Terminated([]), EmptyPath, BasicStats, out var facts) == 0 ? facts : null;

    /// <summary>Where a symbolic link points; null if it is none.</summary>
    public static byte[]? ReadLink(SafeFileHandle? directory, ReadOnlySpan<byte> path)
    {
        var buffer = new byte[4096];
        var length = readlinkat(directory is null ? CurrentDirectory : (int)directory.DangerousGetHandle(), Terminated(path), buffer, buffer.Length);
        return length < 0 ? null : buffer[..(int)length];
    }

    public static bool MakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, int mode) =>
        mkdirat((int)directory.DangerousGetHandle(), Terminated(name), mode) == 0;

    public static bool Rename(SafeFileHandle directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        renameat((int)directory.DangerousGetHandle(), Terminated(from), (int)directory.DangerousGetHandle(), Terminated(to)) == 0;

    /// <summary>From one directory to another of the same file system.</summary>
    public static bool Rename(SafeFileHandle fromDirectory, ReadOnlySpan<byte> from, SafeFileHandle toDirectory, ReadOnlySpan<byte> to) =>
        renameat((int)fromDirectory.DangerousGetHandle(), Terminated(from), (int)toDirectory.DangerousGetHandle(), Terminated(to)) == 0;

    public static bool MakeLink(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        symlinkat(Terminated(target), (int)directory.DangerousGetHandle(), Terminated(name)) == 0;

    /// <summary>Lets an empty file share another's content until one of them is written; false where the file system can not.</summary>
    public static bool Clone(SafeFileHandle to, SafeFileHandle from) =>
        ioctl((int)to.DangerousGetHandle(), CloneRequest, (int)from.DangerousGetHandle()) == 0;

    /// <summary>Gives a file the time at which another was written last.</summary>
    public static void SetModified(SafeFileHandle open, FileFacts from) =>
        _ = futimens((int)open.DangerousGetHandle(), [from.Modified.Seconds, from.Modified.Nanoseconds, from.Modified.Seconds, from.Modified.Nanoseconds]);

    public static bool Unlink(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        unlinkat((int)directory.DangerousGetHandle(), Terminated(name), 0) == 0;

    public static bool RemoveDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        unlinkat((int)directory.DangerousGetHandle(), Terminated(name), RemovesDirectory) == 0;

    public static bool SetMode(SafeFileHandle open, int mode) => fchmod((int)open.DangerousGetHandle(), mode) == 0;

    /// <summary>Reads at most <paramref name="buffer"/>; 0 at the end, negative on failure.</summary>
    public static int Read(SafeFileHandle open, Span<byte> buffer) => (int)read((int)open.DangerousGetHandle(), buffer, buffer.Length);

    /// <summary>Sends a signal to a process, or to a group when negative.</summary>
    public static bool Kill(int process, int signal) => kill(process, signal) == 0;

    /// <summary>Orphans below this process become its children, not those of the first process of the machine.</summary>
    public static bool BecomeSubreaper() => prctl(36, 1, 0, 0, 0) == 0;

    /// <summary>Takes the end of a child that ended, if it did.</summary>
    public static void Reap(int process) => _ = waitpid(process, 0, 1);

    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    /// <summary>Names and kinds in an open directory, without <c>.</c> and <c>..</c>; null if it can not be read.</summary>
    public static unsafe List<DirectoryEntry>? ReadDirectory(SafeFileHandle directory)
    {
        // The stream closes its descriptor, so it gets one of its own.
        var own = openat((int)directory.DangerousGetHandle(), Terminated("."u8), ReadOnly | DirectoryOnly | CloseOnExec, 0);
        if (own < 0)
        {
            return null;
        }

        var stream = fdopendir(own);
        if (stream == 0)
        {
            _ = close(own);
            return null;
        }

        var entries = new List<DirectoryEntry>();
        for (var entry = (byte*)readdir(stream); entry is not null; entry = (byte*)readdir(stream))
        {
            // struct dirent: ino 8, off 8, reclen 2, type 1, name
            var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                entries.Add(new DirectoryEntry(name.ToArray(), entry[18]));
            }
        }

        _ = closedir(stream);
        return entries;
    }

    static byte[] Terminated(ReadOnlySpan<byte> path)
    {
        var terminated = new byte[path.Length + 1];
        path.CopyTo(terminated);
        return terminated;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int process, nint status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte[] path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, byte[] path, int flags, uint mask, out FileFacts facts);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(int directory, byte[] path, byte[] buffer, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(int directory, byte[] path, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat(int fromDirectory, byte[] from, int toDirectory, byte[] to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int symlinkat(byte[] target, int directory, byte[] name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, nint argument);

    // struct timespec[2]: accessed, modified; each of two longs on 64-bit systems.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int futimens(int descriptor, long[] times);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int directory, byte[] path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int descriptor, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readdir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int closedir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}

/// <summary>A name in a directory, as bytes: it need not be UTF-8.</summary>
/// <param name="Kind">The kernel's <c>d_type</c>.</param>
readonly record struct DirectoryEntry(byte[] Name, byte Kind)
{
    public const byte Unknown = 0;
    public const byte Directory = 4;
    public const byte Regular = 8;
    public const byte Link = 10;
}

/// <summary>The kernel's <c>struct statx</c>, as far as it is needed.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
struct FileFacts
{
    public uint Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint Links;
    public uint User;
    public uint Group;
    public ushort Mode;
    ushort _spare;
    public ulong Inode;
    public ulong Size;
    ulong _blocks;
    ulong _attributesMask;
    Timestamp _accessed;
    Timestamp _born;
    Timestamp _changed;
    Timestamp _modified;
    uint _specialMajor;
    uint _specialMinor;
    public uint DeviceMajor;
    public uint DeviceMinor;

    public readonly (long Seconds, long Nanoseconds) Modified => (_modified.Seconds, _modified.Nanoseconds);

    public readonly bool IsRegular => (Mode & 0xF000) == 0x8000;

    public readonly bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public readonly bool IsLink => (Mode & 0xF000) == 0xA000;

    public readonly (uint Major, uint Minor, ulong Inode) Identity => (DeviceMajor, DeviceMinor, Inode);

    [StructLayout(LayoutKind.Sequential)]
    struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        int _spare;
    }
}
