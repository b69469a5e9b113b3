namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Which commit a work tree stands on, read from git's files: no git is run for it.</summary>
static class GitHead
{
    const string Reference = "ref: ";

    /// <returns>Null if the directory is no repository, or has no commit.</returns>
    public static string? Of(string directory)
    {
        var git = Path.Combine(directory, ".git");
        if (Read(Path.Combine(git, "HEAD")) is not { } head)
        {
            return null;
        }

        if (!head.StartsWith(Reference, StringComparison.Ordinal))
        {
            return head;
        }

        var name = head[Reference.Length..];
        if (name.Contains("..", StringComparison.Ordinal) || name.StartsWith('/'))
        {
            return null;
        }

        return Read(Path.Combine(git, name)) ?? Read(Path.Combine(git, "packed-refs"))?.Split('\n').FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0];
    }

    static string? Read(string path)
    {
        const long Largest = 16 * 1024 * 1024;
        var file = new FileInfo(path);
        return file is { Exists: true, LinkTarget: null, Length: < Largest } ? File.ReadAllText(path).Trim() : null;
    }
}
