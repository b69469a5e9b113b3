using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary><c>list_files</c>: names and sizes, or figures about all files below a directory.</summary>
sealed class ListFiles : ITool
{
    public ToolDescription Description { get; } = new(
        "list_files",
        "Lists files below a directory as lines \"<path>\\t<bytes>\". With stats=true answers one JSON object instead: files, bytes and lines by extension, the largest files, binary files and what was skipped and why. Version control data, packages and build output are left out.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "path":{"type":"string","description":"Directory, relative to the workspace. Default: all of it."},
              "pattern":{"type":"string","description":"File pattern such as *.cs or src/**/*.ts."},
              "max":{"type":"integer","minimum":1,"maximum":5000,"description":"At most so many lines. Default 200."},
              "stats":{"type":"boolean","description":"Figures instead of names."}},
             "additionalProperties":false}
            """),
        EffectClass.Pure,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var path = arguments.Path(workspace, "path", otherwise: ".");
        var pattern = arguments.OptionalText("pattern") is { Length: > 0 } text ? new GlobPattern(text) : null;
        var max = arguments.Number("max", otherwise: 200, least: 1, most: 5000);
        var stats = arguments.Flag("stats");
        return new PreparedCall(arguments.Normalised, EffectClass.Pure, (_, cancellationToken) => Task.Run(
            () => stats ? Figures(workspace, path, pattern, cancellationToken) : Names(workspace, path, pattern, max, cancellationToken), cancellationToken))
        {
            Paths = [new PathAccess(IsWrite: false, path.Absolute)],
        };
    }

    static ToolResult Names(Workspace workspace, WorkspacePath path, GlobPattern? pattern, int max, CancellationToken cancellationToken)
    {
        var walk = new TreeWalk(workspace, cancellationToken);
        var lines = new StringBuilder();
        var listed = 0;
        var complete = walk.Visit(path, file =>
        {
            if (pattern?.Matches(file.Path) is false)
            {
                return true;
            }

            if (listed == max)
            {
                return false;
            }

            listed++;
            lines.Append(file.Path).Append('\t').Append(file.Size).Append('\n');
            return true;
        });

        if (!complete)
        {
            lines.Append("… more files; only the first ").Append(max).Append(" are listed\n");
        }

        foreach (var skipped in walk.Skipped)
        {
            lines.Append("skipped: ").Append(skipped.Path).Append(" (").Append(skipped.Reason).Append(")\n");
        }

        return new ToolResult(listed == 0 && walk.Skipped.Count == 0 ? "no files" : lines.ToString());
    }

    static ToolResult Figures(Workspace workspace, WorkspacePath path, GlobPattern? pattern, CancellationToken cancellationToken)
    {
        var figures = new FileFigures();
        var walk = new TreeWalk(workspace, cancellationToken);
        var complete = walk.Visit(path, file => pattern?.Matches(file.Path) is false || figures.Add(file, walk));

        using var root = workspace.OpenRoot();
        return new ToolResult(figures.ToJson(walk.Skipped, isGit: Posix.Stat(root, ".git"u8) is not null, truncated: !complete));
    }
}
