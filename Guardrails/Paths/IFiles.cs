namespace Agent.Guardrails.Paths;

/// <summary>What a decision may know of the file system: the real one, or none at all for the cases a bundle carries.</summary>
interface IFiles
{
    /// <summary>Target of a symbolic link; null if it is none.</summary>
    string? LinkTarget(string path);

    FileFacts Look(string path, string root);

    /// <summary>Names in a directory; empty if it can not be read.</summary>
    IReadOnlyList<string> Names(string directory);
}

/// <param name="Exists">There is something by that name.</param>
/// <param name="IsDirectory">It is a directory.</param>
/// <param name="Hardlinked">A regular file with further names: another one may lie outside the workspace.</param>
/// <param name="Mounted">It lies on another mount than the workspace's root.</param>
readonly record struct FileFacts(bool Exists, bool IsDirectory, bool Hardlinked, bool Mounted);

/// <summary>No files: paths are judged by their text alone.</summary>
sealed class NoFiles : IFiles
{
    public static NoFiles Instance { get; } = new();

    public string? LinkTarget(string path) => null;

    public FileFacts Look(string path, string root) => default;

    public IReadOnlyList<string> Names(string directory) => [];
}
