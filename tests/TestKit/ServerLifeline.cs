using System.Diagnostics;

namespace Agent.TestKit;

/// <summary>Ends servers and other processes of a test, and removes their data, when the test process ends without disposing them.</summary>
public static class ServerLifeline
{
    static readonly List<(Process Process, string? Directory)> Started = [];

    static ServerLifeline() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();

    /// <param name="directory">Its data; null if it has none of its own.</param>
    public static void Hold(Process process, string? directory)
    {
        lock (Started)
        {
            Started.Add((process, directory));
        }
    }

    /// <summary>Removes a data directory, also one whose server is still closing its files.</summary>
    public static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // Somebody was quicker.
            return;
        }
    }

    static void EndAll()
    {
        lock (Started)
        {
            foreach (var (process, directory) in Started)
            {
                End(process);
                if (directory is not null && Directory.Exists(directory))
                {
                    Delete(directory);
                }
            }
        }
    }

    static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(2000);
        }
        catch (InvalidOperationException)
        {
            // Ended and disposed already.
            return;
        }
    }
}
