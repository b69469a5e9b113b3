using System.Globalization;

namespace Agent.Executor.Service.Sandbox;

/// <summary>The processes of this machine at one moment, as <c>/proc</c> tells.</summary>
static class ProcessTable
{
    // Of /proc/7/stat, behind the name in brackets: state parent group session … resident pages.
    const int State = 0;
    const int Parent = 1;
    const int Session = 3;
    const int Started = 19;
    const int ResidentPages = 21;

    // The kernel tells times to programs in hundredths of a second.
    const int TicksPerSecond = 100;

    /// <summary>The time since boot as processes tell when they started, rounded down.</summary>
    public static long Now() =>
        (long)(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture) * TicksPerSecond) - 1;

    public static List<ProcessEntry> Read()
    {
        var entries = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Entry(id) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    public static ProcessEntry? Entry(int id)
    {
        try
        {
            // The name may hold blanks and brackets; the last bracket ends it.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields.Length <= ResidentPages ? null : new ProcessEntry(
                id, int.Parse(fields[Parent], CultureInfo.InvariantCulture), int.Parse(fields[Session], CultureInfo.InvariantCulture),
                long.Parse(fields[ResidentPages], CultureInfo.InvariantCulture) * Environment.SystemPageSize, fields[State] is "Z" or "X", long.Parse(fields[Started], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    /// <summary>The processes below one, itself included.</summary>
    public static List<ProcessEntry> Below(int root, IReadOnlyList<ProcessEntry> all)
    {
        var children = all.ToLookup(entry => entry.Parent);
        var found = all.Where(entry => entry.Id == root).ToList();
        for (var at = 0; at < found.Count; at++)
        {
            found.AddRange(children[found[at].Id]);
        }

        return found;
    }

    /// <summary>The environment it was started with; empty when it can not be read.</summary>
    public static byte[] EnvironmentOf(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <param name="HasEnded">It only waits for its parent to notice.</param>
/// <param name="Started">Hundredths of a second after boot.</param>
readonly record struct ProcessEntry(int Id, int Parent, int Session, long ResidentBytes, bool HasEnded, long Started);
