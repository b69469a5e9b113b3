namespace Agent.Executor.Service.Workspaces;

/// <summary>A place in a workspace: no <c>..</c>, no symbolic link on the way when it was resolved.</summary>
/// <param name="Parts">Names below the root; empty is the root itself.</param>
sealed record WorkspacePath(string Root, IReadOnlyList<byte[]> Parts)
{
    /// <summary>Relative to the workspace, as people and models are shown it.</summary>
    public string Relative { get; } = Parts.Count == 0 ? "." : string.Join('/', Parts.Select(part => PathName.Display(part)));

    /// <summary>What policy judges.</summary>
    public string Absolute => Parts.Count == 0 ? Root : Root == "/" ? $"/{Relative}" : $"{Root}/{Relative}";
}

/// <summary>What became of a path a model gave.</summary>
abstract record PathResolution
{
    PathResolution()
    {
    }

    public sealed record Inside(WorkspacePath Path) : PathResolution;

    /// <summary>It leads out of the workspace, or nowhere.</summary>
    public sealed record Refused(string Reason) : PathResolution;
}
