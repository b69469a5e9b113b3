using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Guardrails.Paths;

/// <summary>The file system of this machine. On Linux by the system calls that tell about links and mounts; elsewhere by what the framework knows.</summary>
sealed class RealFiles : IFiles
{
    const int AtCurrentDirectory = -100;
    const int NoFollow = 0x100;
    const uint BasicStats = 0x7ff;
    const uint MountId = 0x1000;
    const int MostNames = 4096;
    const int StackBytes = 512;
    const int LongestTarget = 4096;

    public static RealFiles Instance { get; } = new();

    public string? LinkTarget(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileInfo(path).LinkTarget;
        }

        Span<byte> name = stackalloc byte[StackBytes];
        Span<byte> target = stackalloc byte[LongestTarget];
        var length = ReadLink(in Terminated(path, name)[0], ref target[0], target.Length);
        return length < 0 ? null : Encoding.UTF8.GetString(target[..(int)length]);
    }

    public FileFacts Look(string path, string root)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FileFacts(Path.Exists(path), Directory.Exists(path), Hardlinked: false, Mounted: false);
        }

        if (Stat(path) is not { } stat)
        {
            // What is about to be made lies where its directory lies.
            var parent = path.LastIndexOf('/');
            return parent > 0 && path.Length > root.Length ? new FileFacts(Exists: false, IsDirectory: false, Hardlinked: false, Look(path[..parent], root).Mounted) : default;
        }

        var isFile = (stat.Mode & 0xF000) == 0x8000;
        var mounted = Stat(root) is { } home && home.Mount != stat.Mount;
        return new FileFacts(Exists: true, (stat.Mode & 0xF000) == 0x4000, isFile && stat.Links > 1, mounted);
    }

    public IReadOnlyList<string> Names(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Take(MostNames).Select(entry => Path.GetFileName(entry))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static (uint Links, ushort Mode, ulong Mount)? Stat(string path)
    {
        // struct statx has one layout on all architectures: links at 16, mode at 28, mount id at 144.
        // Devices are not compared: overlay file systems and subvolumes give one mount several.
        Span<byte> name = stackalloc byte[StackBytes];
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(AtCurrentDirectory, in Terminated(path, name)[0], NoFollow, BasicStats | MountId, ref buffer[0]) != 0)
        {
            return null;
        }

        return (BinaryPrimitives.ReadUInt32LittleEndian(buffer[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer[144..]));
    }

    // Most names fit the room given.
    static Span<byte> Terminated(string path, Span<byte> room)
    {
        var bytes = Encoding.UTF8.GetMaxByteCount(path.Length) < room.Length ? room : new byte[Encoding.UTF8.GetByteCount(path) + 1];
        bytes[Encoding.UTF8.GetBytes(path, bytes)] = 0;
        return bytes;
    }

    [DllImport("libc", EntryPoint = "readlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nint ReadLink(in byte path, ref byte target, nint size);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Statx(int directory, in byte path, int flags, uint mask, ref byte buffer);
}
