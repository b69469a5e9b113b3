using System.Diagnostics;
using System.Globalization;

namespace Agent.ServiceDefaults;

/// <summary>Places between two effects where a trial may have this process die, as if by kill -9. Without the settings nothing is done.
/// <c>AGENT_CRASH_AT=call.started@2</c>: this process dies the second time it reaches that place.
/// <c>AGENT_CRASH_DIR=/some/directory</c>: whoever reaches a place that lies there as a file takes the file away and dies, once.</summary>
public static class CrashPoint
{
    public const string PlaceSetting = "AGENT_CRASH_AT";
    public const string DirectorySetting = "AGENT_CRASH_DIR";

    static readonly (string Name, int Times)? Wanted = Parse(Environment.GetEnvironmentVariable(PlaceSetting));
    static readonly string? Armed = Environment.GetEnvironmentVariable(DirectorySetting) is { Length: > 0 } directory ? directory : null;
    static int _reached;

    public static void Reach(string name)
    {
        if ((Wanted is { } wanted && wanted.Name == name && Interlocked.Increment(ref _reached) == wanted.Times) || (Armed is { } directory && TryTake(Path.Combine(directory, name))))
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }

    internal static (string Name, int Times)? Parse(string? text) => text?.Split('@') switch
    {
        [{ Length: > 0 } name] => (name, 1),
        [{ Length: > 0 } name, var times] when int.TryParse(times, CultureInfo.InvariantCulture, out var number) => (name, number),
        _ => null,
    };

    /// <summary>Of several processes that reach the place at once, one gets the file.</summary>
    internal static bool TryTake(string file)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            File.Move(file, $"{file}.{Environment.ProcessId}");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
