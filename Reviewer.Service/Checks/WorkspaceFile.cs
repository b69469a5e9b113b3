using System.Security.Cryptography;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A file of the workspace as a check sees it: found component by component, symbolic links resolved, never outside.</summary>
/// <param name="Content">Null when there is none to be had.</param>
/// <param name="Problem">Why not.</param>
sealed record WorkspaceFile(byte[]? Content, string? Problem)
{
    const int MostLinks = 40;
    const long Largest = 16 * 1024 * 1024;

    public string Evidence => Content is null ? Problem! : $"{Content.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(Content))}";

    public static async Task<WorkspaceFile> ReadAsync(string workspace, string relative, CancellationToken cancellationToken)
    {
        if (Path.IsPathRooted(relative) || Resolve("/", workspace) is not { } root)
        {
            return new WorkspaceFile(null, $"`{relative}` is not a path of the workspace.");
        }

        if (Resolve(root, relative) is not { } path || !path.StartsWith(root + "/", StringComparison.Ordinal))
        {
            return new WorkspaceFile(null, $"`{relative}` leads out of the workspace.");
        }

        try
        {
            var info = new FileInfo(path);
            return !info.Exists ? new WorkspaceFile(null, $"`{relative}` does not exist.")
                : info.Length > Largest ? new WorkspaceFile(null, $"`{relative}` has {info.Length} bytes; at most {Largest} are looked at.")
                : new WorkspaceFile(await File.ReadAllBytesAsync(path, cancellationToken), null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new WorkspaceFile(null, $"`{relative}` can not be read: {unreadable.Message}");
        }
    }

    /// <summary>The real path; null when it can not be told. Parts that do not exist stay as written.</summary>
    static string? Resolve(string from, string path)
    {
        var waiting = new Stack<string>(path.Split('/').Reverse());
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
                current = current.LastIndexOf('/') is var slash and >= 0 ? current[..slash] : "";
                continue;
            }

            var next = $"{current}/{name}";
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            current = target.StartsWith('/') ? "" : current;
            foreach (var part in target.Split('/').Reverse())
            {
                waiting.Push(part);
            }
        }

        return current.Length == 0 ? "/" : current;
    }
}
