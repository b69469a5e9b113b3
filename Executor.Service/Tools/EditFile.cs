using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary><c>edit_file</c>: a literal replacement; the rest of the file stays byte for byte.</summary>
sealed class EditFile : ITool
{
    const long MaxFileBytes = 64 * 1024 * 1024;

    public ToolDescription Description { get; } = new(
        "edit_file",
        "Replaces a literal text in a file. 'old' must stand in the file exactly once, unless all=true.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "path":{"type":"string","description":"File, relative to the workspace."},
              "old":{"type":"string","description":"Text as it stands, with its white space."},
              "new":{"type":"string","description":"Text to stand there instead."},
              "all":{"type":"boolean","description":"Replace wherever it stands."}},
             "required":["path","old","new"],"additionalProperties":false}
            """),
        EffectClass.Compensatable,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var path = arguments.Path(workspace, "path");
        var (old, replacement) = (arguments.Text("old"), arguments.Text("new"));
        var all = arguments.Flag("all");
        GitData.RefuseWrite(path);
        if (old.Length == 0 || old == replacement)
        {
            throw ToolArguments.Refused("The argument 'old' must be a text, and another than 'new'.");
        }

        // Made twice, it finds nothing more to replace - unless the new text holds the old.
        var effect = replacement.Contains(old, StringComparison.Ordinal) ? EffectClass.Compensatable : EffectClass.Idempotent;
        return new PreparedCall(arguments.Normalised, effect, (context, _) => Task.Run(() => Edit(workspace, path, old, replacement, all, context)))
        {
            Paths = [new PathAccess(IsWrite: true, path.Absolute)],
        };
    }

    static ToolResult Edit(Workspace workspace, WorkspacePath path, string old, string replacement, bool all, ToolContext context)
    {
        byte[] content;
        using (var file = workspace.OpenFile(path, out var facts))
        {
            content = FileText.ReadWhole(file, (long)facts.Size, MaxFileBytes) ?? throw new ToolFailedException($"{path.Relative} can not be read, or is larger than {MaxFileBytes / (1024 * 1024)} MiB.");
        }

        var (from, to) = (Encoding.UTF8.GetBytes(old), Encoding.UTF8.GetBytes(replacement));
        var count = content.AsSpan().Count(from);
        if (count == 0 && old.Contains('\n') && content.AsSpan().IndexOf("\r\n"u8) >= 0)
        {
            // Models write line feeds; the file's own line ends are kept.
            (from, to) = (Encoding.UTF8.GetBytes(WithCarriageReturns(old)), Encoding.UTF8.GetBytes(WithCarriageReturns(replacement)));
            count = content.AsSpan().Count(from);
        }

        if (count == 0 && context.IsRepeat && (to.Length == 0 || content.AsSpan().IndexOf(to) >= 0))
        {
            return Answer(path, content.AsSpan().Count(to));
        }

        if (count == 0)
        {
            throw new ToolFailedException($"'old' does not stand in {path.Relative}; nothing was changed. Read the file and copy the text exactly.");
        }

        if (count > 1 && !all)
        {
            throw new ToolFailedException($"'old' stands {count} times in {path.Relative}; nothing was changed. Give more of its surroundings, or all=true.");
        }

        AtomicFile.Write(workspace, path, Replace(content, from, to), context.ActionKey);
        return Answer(path, count);
    }

    static ToolResult Answer(WorkspacePath path, int replacements) =>
        new(JsonSerializer.Serialize(new { Path = path.Relative, Replacements = replacements }, ContractJson.Options));

    static byte[] Replace(ReadOnlySpan<byte> content, byte[] from, byte[] to)
    {
        var result = new List<byte>(content.Length);
        for (var at = content.IndexOf(from); at >= 0; at = content.IndexOf(from))
        {
            result.AddRange(content[..at]);
            result.AddRange(to);
            content = content[(at + from.Length)..];
        }

        result.AddRange(content);
        return [.. result];
    }

    static string WithCarriageReturns(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
}
