namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Where working copies lie: <c>&lt;AGENT_STATE_DIR&gt;/copies/&lt;run&gt;/</c>, with the copy in <c>tree</c> and the list of what was copied beside it in <c>base.jsonl</c>, out of reach of what works in the copy.</summary>
sealed class CopyPlaces(IConfiguration configuration)
{
    public string StateDirectory { get; } = Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent");

    public string Root => Path.Combine(StateDirectory, "copies");

    public string Of(Guid runId) => Path.Combine(Root, runId.ToString());

    public string TreeOf(Guid runId) => Path.Combine(Of(runId), "tree");

    public string BaseOf(Guid runId) => BaseBeside(TreeOf(runId));

    /// <summary>The list that belongs to a copy, also to another run's.</summary>
    public static string BaseBeside(string tree) => Path.Combine(Path.GetDirectoryName(tree)!, "base.jsonl");

    public void Make(Guid runId)
    {
        Directory.CreateDirectory(Of(runId));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Of(runId), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
