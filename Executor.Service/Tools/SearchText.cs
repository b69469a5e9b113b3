using System.Text.RegularExpressions;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary><c>search_text</c>: lines that hold a text or match a regular expression.</summary>
sealed class SearchText : ITool
{
    static readonly TimeSpan LineTimeout = TimeSpan.FromSeconds(1);

    public ToolDescription Description { get; } = new(
        "search_text",
        "Searches text files for lines holding a literal text, or matching a regular expression with regex=true. Answers JSON: matches (path, line, text), how many lines in total and in how many files.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "pattern":{"type":"string","description":"What to look for; case counts."},
              "path":{"type":"string","description":"Directory or file. Default: the whole workspace."},
              "glob":{"type":"string","description":"Only files matching this, such as *.cs."},
              "regex":{"type":"boolean","description":"The pattern is a regular expression, matched line by line."},
              "max":{"type":"integer","minimum":1,"maximum":1000,"description":"At most so many matches shown. Default 100; the total counts all."}},
             "required":["pattern"],"additionalProperties":false}
            """),
        EffectClass.Pure,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var pattern = arguments.Text("pattern");
        var path = arguments.Path(workspace, "path", otherwise: ".");
        var glob = arguments.OptionalText("glob") is { Length: > 0 } text ? new GlobPattern(text) : null;
        var max = arguments.Number("max", otherwise: 100, least: 1, most: 1000);
        var matcher = arguments.Flag("regex") ? LineMatcher.Of(Expression(pattern)) : LineMatcher.Of(pattern);
        return new PreparedCall(arguments.Normalised, EffectClass.Pure, (context, cancellationToken) => Task.Run(
            () => Search(workspace, path, glob, new SearchMatches(matcher, max, file => context.ReadRefusal($"{workspace.Root}/{file}")), cancellationToken), cancellationToken))
        {
            Paths = [new PathAccess(IsWrite: false, path.Absolute)],
        };
    }

    static ToolResult Search(Workspace workspace, WorkspacePath path, GlobPattern? glob, SearchMatches found, CancellationToken cancellationToken)
    {
        var walk = new TreeWalk(workspace, cancellationToken);
        try
        {
            if (IsFile(workspace, path))
            {
                using var file = workspace.OpenFile(path, out var facts);
                found.Search(file, path.Relative, (long)facts.Size, walk);
                return found.ToResult(walk.Skipped, complete: true);
            }

            var hardLinks = new HardLinks(workspace);
            var complete = walk.Visit(path, file =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return glob?.Matches(file.Path) is false || found.Search(file, walk, hardLinks);
            });
            return found.ToResult(walk.Skipped, complete);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ToolFailedException("The regular expression takes too long on a line; make it simpler.");
        }
    }

    static bool IsFile(Workspace workspace, WorkspacePath path)
    {
        if (path.Parts.Count == 0)
        {
            return false;
        }

        using var parent = workspace.OpenParent(path);
        return Posix.Stat(parent, path.Parts[^1]) is { IsDirectory: false };
    }

    static Regex Expression(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references need the other engine, which can take for ever: it gets a limit.
            return new Regex(pattern, RegexOptions.CultureInvariant, LineTimeout);
        }
        catch (ArgumentException exception)
        {
            throw ToolArguments.Refused($"'{pattern}' is not a regular expression: {exception.Message}");
        }
    }
}
