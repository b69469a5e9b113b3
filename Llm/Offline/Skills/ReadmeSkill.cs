using System.Text.RegularExpressions;

namespace Agent.Llm.Offline.Skills;

/// <summary>What the README says the repository is: its title and first paragraph, quoted.</summary>
static partial class ReadmeSkill
{
    public static string? Run(StepTalk step)
    {
        var found = step.Ask("list_files", ("pattern", AnyCase("README") + "*"), ("max", 50));
        if (step.IsWaiting)
        {
            return null;
        }

        var answer = new StepAnswer("What the README says");
        if (found.Error is not null)
        {
            answer.Unknown("The README", found);
            return answer.ToString();
        }

        var path = found.Paths
            .Where(path => !path.Contains('/', StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(path).Equals("README", StringComparison.OrdinalIgnoreCase))
            .OrderBy(path => Path.GetExtension(path).ToUpperInvariant() switch { ".MD" => 0, ".RST" => 1, ".ADOC" => 2, ".TXT" => 3, "" => 4, _ => 5 })
            .ThenBy(path => path, StringComparer.Ordinal)
            .FirstOrDefault();
        if (path is null)
        {
            answer.Unknown($"What the repository says it is: there is no README in its root {found.Cite}");
            return answer.ToString();
        }

        var text = step.Ask("read_file", ("path", path), ("max_lines", 120));
        if (step.IsWaiting)
        {
            return null;
        }

        Report(answer, path, text);
        return answer.ToString();
    }

    /// <summary>A file pattern that takes a name in any case: <c>[Rr][Ee]…</c>.</summary>
    public static string AnyCase(string name) => string.Concat(name.Select(letter => char.IsAsciiLetter(letter) ? $"[{char.ToUpperInvariant(letter)}{char.ToLowerInvariant(letter)}]" : letter.ToString()));

    static void Report(StepAnswer answer, string path, ToolReply text)
    {
        if (text.Error is not null)
        {
            answer.Unknown($"What `{path}` says", text);
            return;
        }

        var readme = Comment().Replace(text.Body.Replace("\r\n", "\n", StringComparison.Ordinal), "");
        var title = Title(readme);
        var paragraphs = Paragraphs(readme, title);
        if (title is not null)
        {
            answer.Fact($"`{path}` is titled “{title}”.", text);
        }

        if (paragraphs.Count > 0)
        {
            answer.Line($"- It says of itself {text.Cite}:");
            foreach (var paragraph in paragraphs)
            {
                answer.Line();
                answer.Line("> " + paragraph);
            }
        }

        if (title is null && paragraphs.Count == 0)
        {
            answer.Unknown($"What `{path}` says: no title or paragraph in its first lines {text.Cite}");
        }
    }

    static string? Title(string readme)
    {
        if (Heading().Match(readme) is { Success: true } heading)
        {
            return Plain(heading.Groups["text"].Value);
        }

        return Underlined().Match(readme) is { Success: true } underlined ? Plain(underlined.Groups["text"].Value) : null;
    }

    static List<string> Paragraphs(string readme, string? title)
    {
        var paragraphs = new List<string>();
        var length = 0;
        foreach (var block in Fence().Replace(readme, "\n\n").Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (paragraphs is [.., [.., ':']] && ListItem().IsMatch(block))
            {
                // "This application features:" says nothing without its list.
                paragraphs[^1] += " " + string.Join("; ", block.Split('\n').Where(line => ListItem().IsMatch(line)).Take(6).Select(line => Plain(ListItem().Replace(line, ""))));
                continue;
            }

            var text = Plain(string.Join(' ', block.Split('\n', StringSplitOptions.TrimEntries).Where(line => !NotProse().IsMatch(line))));
            if (text.Length < 20 || text == title || !text.Contains(' ', StringComparison.Ordinal))
            {
                continue;
            }

            paragraphs.Add(text.Length > 600 ? text[..600] + "…" : text);
            length += text.Length;
            if (paragraphs.Count == 2 || length > 300)
            {
                break;
            }
        }

        return paragraphs;
    }

    static string Plain(string markdown)
    {
        var text = Tag().Replace(Image().Replace(markdown, ""), "");
        return Spaces().Replace(Link().Replace(text, "${text}"), " ").Trim().Trim('#', ' ');
    }

    [GeneratedRegex(@"^#{1,2}[ \t]+(?<text>.+)$|<h1[^>]*>(?<text>.+?)</h1>", RegexOptions.Multiline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(?<text>[^\s=~*-].*)\n[=~*-]{3,}[ \t]*$", RegexOptions.Multiline, 1000)]
    private static partial Regex Underlined();

    // Headings, rules, tables, lists, quotes, HTML alone on a line, directives.
    [GeneratedRegex(@"^(?:#|[=~*-]{3,}$|\||[-*+]\s|\d+\.\s|>|\.\.\s|\[!\[|\[[^\]]+\]:|:\w+:)", RegexOptions.None, 1000)]
    private static partial Regex NotProse();

    [GeneratedRegex(@"^\s*(?:[-*+]|\d+\.)\s+", RegexOptions.None, 1000)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"^(```|~~~).*?^\1[^\n]*$", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\[?!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])(?:\]\([^)]*\))?", RegexOptions.None, 1000)]
    private static partial Regex Image();

    [GeneratedRegex(@"\[(?<text>[^\]]+)\](?:\([^)]*\)|\[[^\]]*\])", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("<[^>]+>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
