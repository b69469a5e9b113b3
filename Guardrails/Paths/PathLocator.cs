namespace Agent.Guardrails.Paths;

/// <summary>Finds what a path really names: <c>..</c> and symbolic links resolved, one component at a time as the kernel does.</summary>
static class PathLocator
{
    public const string Circle = "its symbolic links lead in a circle";

    const int MostLinks = 40;
    const int LongestPath = 4096;

    /// <param name="root">The workspace, resolved.</param>
    /// <param name="from">The directory a relative path starts in, resolved.</param>
    public static LocatedPath Locate(string path, string root, string from, IFiles files)
    {
        if (Oddities.Of(path) is { } oddity)
        {
            return new LocatedPath(path, null, default, oddity);
        }

        if (path.Length > LongestPath)
        {
            return new LocatedPath(path[..80] + "…", null, default, "the path is longer than 4096 characters");
        }

        var resolved = Resolve(path, from, files, out var problem);
        return problem is null
            ? Place(resolved, root, files)
            : new LocatedPath(resolved, null, default, problem);
    }

    /// <summary>A path that is resolved already.</summary>
    public static LocatedPath Place(string resolved, string root, IFiles files)
    {
        var relative = RelativeTo(root, resolved);
        return new LocatedPath(resolved, relative, relative is null ? default : files.Look(resolved, root), null);
    }

    public static string? RelativeTo(string root, string path)
    {
        if (root == "/")
        {
            return path[1..];
        }

        return !path.StartsWith(root, StringComparison.Ordinal) ? null
            : path.Length == root.Length ? ""
            : path[root.Length] == '/' ? path[(root.Length + 1)..]
            : null;
    }

    static string Resolve(string path, string from, IFiles files, out string? problem)
    {
        problem = null;
        var waiting = new Stack<string>();
        Push(waiting, path);
        var current = path.StartsWith('/') ? "" : from.TrimEnd('/');
        var links = 0;
        while (waiting.TryPop(out var name))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == "..")
            {
                current = current.Length == 0 ? "" : current[..current.LastIndexOf('/')];
                continue;
            }

            var next = $"{current}/{name}";
            if (next is "/proc")
            {
                // Links below /proc (self/root, self/cwd, fd) mean something else in the process that will follow them.
                return "/proc/" + string.Join('/', waiting);
            }

            if (files.LinkTarget(next) is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
            {
                problem = Circle;
                return next;
            }

            Push(waiting, target);
            current = target.StartsWith('/') ? "" : current;
        }

        return current.Length == 0 ? "/" : current;
    }

    static void Push(Stack<string> waiting, string path)
    {
        var parts = path.Split('/');
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            waiting.Push(parts[i]);
        }
    }
}

/// <summary>A path as path rules see it.</summary>
/// <param name="Relative">Relative to the workspace; null if it lies outside.</param>
/// <param name="Problem">Why it can not be judged; null if it can.</param>
readonly record struct LocatedPath(string Absolute, string? Relative, FileFacts Facts, string? Problem)
{
    /// <summary>It holds wildcards that the shell fills in: what it may match is judged, not what it says.</summary>
    public bool IsPattern { get; init; }

    /// <summary>As other file systems may take it: see <see cref="PathRules"/>. Worked out once, for many rules.</summary>
    public (string? Relative, string Absolute) Folded { get; init; }
}
