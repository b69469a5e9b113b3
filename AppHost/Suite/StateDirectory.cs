using System.Text.Json;

namespace Agent.AppHost.Suite;

/// <summary>Where the suite keeps what must outlive it. One suite at a time: the lock is held until this is disposed.</summary>
sealed class StateDirectory : IDisposable
{
    readonly FileStream _lock;

    StateDirectory(string path, FileStream heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    public string Path { get; }

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string Redis => System.IO.Path.Combine(Path, "redis");

    string DoorFile => System.IO.Path.Combine(Path, "door.json");

    public static StateDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(path) && string.Equals(Environment.GetEnvironmentVariable("AGENT_CREATE_DIRS"), "false", StringComparison.OrdinalIgnoreCase))
        {
            throw new StartRefusedException(2, $"The state directory {path} does not exist, and AGENT_CREATE_DIRS=false says not to make it. Make it, or set AGENT_STATE_DIR to one that exists.");
        }

        try
        {
            Directory.CreateDirectory(path);
            return new StateDirectory(path, Take(System.IO.Path.Combine(path, "suite.lock")));
        }
        catch (UnauthorizedAccessException)
        {
            throw NotWritable(path, "permission denied");
        }
        catch (IOException exception)
        {
            throw NotWritable(path, exception.Message);
        }
    }

    /// <summary>Tells the command line where the suite is. Only its owner may read it: it holds a key.</summary>
    public void WriteDoor(string url, string key)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(DoorFile);
        using var file = new FileStream(DoorFile, options);
        JsonSerializer.Serialize(file, new { url, key });
    }

    public void RemoveDoor() => File.Delete(DoorFile);

    public void Dispose() => _lock.Dispose();

    static FileStream Take(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == 11 || exception.Message.Contains("being used by another process", StringComparison.Ordinal))
        {
            throw new StartRefusedException(
                8, $"Another suite is running with the state directory {System.IO.Path.GetDirectoryName(file)}. End it first, or set AGENT_STATE_DIR to a directory of its own.");
        }
    }

    static StartRefusedException NotWritable(string path, string why) =>
        new(8, $"The state directory {path} can not be written ({why}). Make it writable for this user, or set AGENT_STATE_DIR to a directory that is.");
}
