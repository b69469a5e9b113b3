using System.Buffers;
using System.Text.RegularExpressions;

namespace Agent.Llm.Offline.Goals;

/// <summary>One way of asking for a task. <paramref name="Make"/> may still say no.</summary>
sealed record GoalWording(Regex Pattern, Func<Match, OfflineTask?> Make);

/// <summary>The wordings, the most particular first.</summary>
static partial class GoalWordings
{
    // A quoted text, in any of four kinds of quotes; a path, quoted or a single word.
    const string A = """(?:"(?<a>[^"]+)"|“(?<a>[^”]+)”|`(?<a>[^`]+)`|'(?<a>[^']+)')""";
    const string B = """(?:"(?<b>[^"]*)"|“(?<b>[^”]*)”|`(?<b>[^`]*)`|'(?<b>[^']*)')""";
    const string Path = """(?:the\s+)?(?:file\s+|directory\s+|folder\s+)?(?:"(?<path>[^"]+)"|“(?<path>[^”]+)”|`(?<path>[^`]+)`|'(?<path>[^']+)'|(?<path>[^\s"'`“”]+))""";
    const string Here = @"(?:\s+(?:(?:are\s+there|there\s+are|are|there|do\s+we\s+have)\s*)?(?:in|of|of\s+the|inside|under|within|across|throughout)?\s*(?:the\s+|this\s+|my\s+|our\s+|whole\s+|entire\s+|current\s+|here)*(?:repository|repo|project|code\s?base|workspace|directory|folder|source\s+tree|code|tree)?)?";
    const string Place = @"(?:\s+(?:in|inside|under|within|across|of)\s+(?:(?:the|this|my|our|whole|entire|current|all)\s+)*(?:(?:repository|repo|project|code\s?base|workspace|directory|folder|source\s+tree|code|files?)|" + In + "))?";
    const string In = """(?:"(?<in>[^"]+)"|`(?<in>[^`]+)`|'(?<in>[^']+)'|(?:files?\s+)?(?<in>[^\s"'`“”]*[./*][^\s"'`“”]*|[^\s"'`“”]+)(?:\s+files)?)""";
    const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.Singleline;
    const int Milliseconds = 250;

    static readonly SearchValues<char> ShellSyntax = SearchValues.Create("|&;<>$(){}\"'\\`\n");

    public static IReadOnlyList<GoalWording> All { get; } =
    [
        new(Replace(), match => new OfflineTask.Replace(match.Groups["a"].Value, match.Groups["b"].Value, match.Groups["path"].Value)),
        new(WriteInto(), match => new OfflineTask.Write(match.Groups["path"].Value, match.Groups["a"].Value)),
        new(WriteWith(), match => new OfflineTask.Write(match.Groups["path"].Value, match.Groups["a"].Success ? match.Groups["a"].Value : match.Groups["rest"].Value.Trim())),
        new(RunTests(), _ => new OfflineTask.RunCheck(null)),
        new(RunNamed(), match => CommandWords(match.Groups["a"].Success ? match.Groups["a"].Value : match.Groups["cmd"].Value)),
        new(CountText(), match => new OfflineTask.CountText(match.Groups["a"].Success ? match.Groups["a"].Value : match.Groups["word"].Value, NullIfEmpty(match.Groups["in"].Value))),
        new(CountLines(), CountLinesOf),
        new(CountFiles(), match => FilePattern(match) is (true, var pattern) ? new OfflineTask.CountFiles(pattern) : null),
        new(ListFiles(), match => FilePattern(match) is (true, var pattern) ? new OfflineTask.ListFiles(pattern, NullIfEmpty(match.Groups["path"].Value)) : null),
        new(Search(), match => new OfflineTask.Search(match.Groups["a"].Success ? match.Groups["a"].Value : match.Groups["word"].Value, NullIfEmpty(match.Groups["in"].Value))),
        new(Read(), match => new OfflineTask.Read(match.Groups["path"].Value)),
        new(Describe(), _ => new OfflineTask.Describe()),
    ];

    static OfflineTask.CountLines? CountLinesOf(Match match)
    {
        if (match.Groups["path"].Success)
        {
            return new OfflineTask.CountLines(null, match.Groups["path"].Value);
        }

        var language = match.Groups["lang"].Value;
        return language.Length == 0 || language.Equals("code", StringComparison.OrdinalIgnoreCase)
            ? new OfflineTask.CountLines(null, null)
            : Languages.Named(language) is { } known ? new OfflineTask.CountLines(known.Name, null) : null;
    }

    static (bool Known, string? Pattern) FilePattern(Match match)
    {
        if (match.Groups["a"].Success)
        {
            return (true, match.Groups["a"].Value);
        }

        if (match.Groups["glob"] is { Success: true, Value: var glob })
        {
            return (true, glob);
        }

        if (match.Groups["lang"] is { Success: true, Value: var named })
        {
            return Languages.Named(named) is { } language ? (true, $"*{language.Extension}") : (false, null);
        }

        return (true, null);
    }

    static OfflineTask.RunCheck? CommandWords(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // A command that needs a shell is not a named check.
        return words.Length == 0 || command.AsSpan().IndexOfAny(ShellSyntax) >= 0 ? null : new OfflineTask.RunCheck(words);
    }

    static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;

    [GeneratedRegex("^(?:replace|substitute|change)\\s+(?:all\\s+|every\\s+|each\\s+)?(?:occurrences?\\s+of\\s+|the\\s+text\\s+|the\\s+word\\s+|the\\s+string\\s+)?" + A + "\\s+(?:with|by|to|into)\\s+" + B + "\\s+(?:in|inside|within)\\s+" + Path + "$", Options, Milliseconds)]
    private static partial Regex Replace();

    [GeneratedRegex("^(?:write|put|save|store)\\s+(?:the\\s+)?(?:text\\s+|line\\s+|content\\s+)?" + A + "\\s+(?:to|into|in)\\s+(?:a\\s+|a\\s+new\\s+)?" + Path + "$", Options, Milliseconds)]
    private static partial Regex WriteInto();

    [GeneratedRegex("^(?:write|create|make|add)\\s+(?:(?:a|the)\\s+)?(?:(?:small|new|short|text)\\s+)*(?:file\\s+)(?:(?:called|named|at)\\s+)?" + Path + "\\s+(?:with|containing|that\\s+(?:says|contains|reads)|saying|holding)\\s+(?:(?:the|this|following)\\s+)*(?:(?:content|contents|text|line|words?)\\s*)?(?:of\\s+)?:?\\s*(?:" + A + "|(?<rest>[^\"'`“”].*))$", Options, Milliseconds)]
    private static partial Regex WriteWith();

    [GeneratedRegex(@"^(?:(?:run|execute|start|launch)\s+(?:(?:all|the|this|its|our|my|project's|repository's|whole|full|complete|unit|existing)\s+)*(?:tests?(?:\s+suite)?|test\s?suite|checks?|build\s+check)(?:\s+(?:of|in|for)\s+(?:this|the)\s+\w+)?(?:\s+and\s+(?:report|tell|show|say)\b.*)?|(?:do|check\s+whether|check\s+if|check\s+that|see\s+if|see\s+whether)\s+(?:all\s+|the\s+)*tests\s+(?:pass|are\s+green|succeed)|test\s+(?:this|the)\s+(?:repository|repo|project|code\s?base|code))$", Options, Milliseconds)]
    private static partial Regex RunTests();

    [GeneratedRegex(@"^(?:run|execute)\s+(?:the\s+)?(?:check\s+|command\s+|script\s+)?(?:" + A + @"|(?<cmd>\./[\w./-]+(?:\s+[\w./=:-]+)*|(?:dotnet|npm|cargo|make|pytest|go|yarn|pnpm|ctest|mvn|gradle)(?:\s+[\w./=:-]+)*))$", Options, Milliseconds)]
    private static partial Regex RunNamed();

    [GeneratedRegex(@"^(?:(?:count|number\s+of|find\s+the\s+number\s+of|tell\s+me\s+the\s+number\s+of)\s+(?:the\s+|all\s+|number\s+of\s+)*(?:occurrences?|uses|mentions|matches|instances)\s+of\s+(?:the\s+)?(?:text\s+|word\s+|string\s+)?(?:" + A + @"|(?<word>[^\s""'`“”]+))|how\s+(?:many\s+times|often)\s+(?:does|is|do)\s+(?:the\s+)?(?:text\s+|word\s+|string\s+)?(?:" + A + @"|(?<word>[^\s""'`“”]+))\s+(?:occurs?|appears?|used|mentioned|found|occurring)|how\s+many\s+(?:occurrences?|uses|mentions|matches|instances)\s+of\s+(?:the\s+)?(?:text\s+|word\s+|string\s+)?(?:" + A + @"|(?<word>[^\s""'`“”]+))(?:\s+are\s+there)?)" + Place + "$", Options, Milliseconds)]
    private static partial Regex CountText();

    [GeneratedRegex(@"^(?:count|how\s+many|give\s+me\s+the\s+number\s+of|tell\s+me\s+the\s+number\s+of)\s+(?:the\s+|all\s+|number\s+of\s+)*(?:(?:files\s+and\s+)?lines)(?:\s+of\s+(?!the\b|this\b)(?:(?<lang>[\w#+]+)(?:\s+code)?))?(?:" + Here + @"|\s+(?:in|of|does|has)\s+(?:the\s+)?(?:file\s+)?(?:`(?<path>[^`]+)`|""(?<path>[^""]+)""|(?<path>[^\s""'`“”]*[./][^\s""'`“”]*|readme|licen[sc]e|makefile|dockerfile|changelog))(?:\s+have)?)$", Options, Milliseconds)]
    private static partial Regex CountLines();

    [GeneratedRegex(@"^(?:count|how\s+many|give\s+me\s+the\s+number\s+of|tell\s+me\s+the\s+number\s+of)\s+(?:the\s+|all\s+|number\s+of\s+)*(?:(?<glob>[^\s""'`“”]*[*?][^\s""'`“”]*)\s+|" + A + @"\s+|(?!files)(?<lang>[\w#+]+)\s+)?(?:source\s+)?files(?:\s+(?:and|with)\s+lines)?(?:\s+(?:matching|named|called|ending\s+in|like)\s+(?:" + A + @"|(?<glob>[^\s""'`“”]+)))?" + Here + "$", Options, Milliseconds)]
    private static partial Regex CountFiles();

    [GeneratedRegex(@"^(?:(?:list|show|find|enumerate|print|give\s+me)|(?:which|what))\s+(?:me\s+)?(?:the\s+|all\s+|every\s+|a\s+list\s+of\s+)*(?:(?<glob>[^\s""'`“”]*[*?][^\s""'`“”]*)(?:\s+files)?|(?:(?!files)(?<lang>[\w#+]+)\s+)?(?:source\s+)?files)(?:\s+(?:matching|named|called|ending\s+in|like|with\s+(?:the\s+)?(?:pattern|name|extension))\s+(?:" + A + @"|(?<glob>[^\s""'`“”]+)))?(?:" + Here + @"|\s+(?:in|under|inside|of)\s+" + Path + ")$", Options, Milliseconds)]
    private static partial Regex ListFiles();

    [GeneratedRegex(@"^(?:(?:search|grep|look|scan)\s+(?:(?:the\s+|this\s+)?(?:repository|repo|project|code\s?base|code|files|workspace)\s+)?(?:for\s+)?|(?:find|locate|show)\s+(?:me\s+)?(?:(?:all|every|each|the|where)\s+)*(?:(?:occurrences?|uses|mentions|places|lines?)\s+(?:of|containing|with|that\s+contains?)\s+)?|where\s+is\s+)(?:the\s+)?(?:text\s+|word\s+|string\s+)?(?:" + A + @"|(?<word>[\w.:#/-]+))(?:\s+(?:used|comments?|defined|mentioned|occurrences?|is\s+used))?" + Place + "$", Options, Milliseconds)]
    private static partial Regex Search();

    [GeneratedRegex(@"^(?:read|show|print|display|open|cat|output|summari[sz]e|describe|explain|what\s+is\s+in|what\s+does)\s+(?:me\s+)?(?:the\s+contents?\s+of\s+)?(?:the\s+)?(?:file\s+(?:`(?<path>[^`]+)`|""(?<path>[^""]+)""|(?<path>[^\s""'`“”]+))|(?:`(?<path>[^`]+)`|""(?<path>[^""]+)""|(?<path>[^\s""'`“”]*[./][^\s""'`“”]+|README|LICENSE|LICENCE|Makefile|Dockerfile|CHANGELOG)))(?:\s+(?:file|say|contain))?$", Options, Milliseconds)]
    private static partial Regex Read();

    [GeneratedRegex(@"^(?:describe|summari[sz]e|explain|analy[sz]e|survey|inspect|study|give\s+(?:me\s+)?(?:a|an)\s+(?:\w+\s+)?(?:summary|overview|description|report)\s+(?:of|on|about)|write\s+(?:a|an)\s+(?:\w+\s+)?(?:summary|overview|description|report)\s+(?:of|on|about)|report\s+on|tell\s+me\s+about|what\s+is(?:\s+in)?|what's(?:\s+in)?)\s+(?:what\s+is\s+in\s+|what's\s+in\s+|the\s+contents?\s+of\s+|the\s+structure\s+of\s+)?(?:(?:this|the|my|our|current|whole|entire|given|source|git|here)\s+)*(?:repository|repo|project|code\s?base|directory|folder|workspace|source\s+tree|sources?|code|tree)(?:\s+(?:structure|contents?|here|about|in\s+detail|in\s+short|briefly|shortly|for\s+(?:me|a\s+newcomer|newcomers|a\s+new\s+(?:developer|engineer|colleague))|to\s+me|with\s+facts|and\s+its\s+(?:structure|tests|history)))*$", Options, Milliseconds)]
    private static partial Regex Describe();
}
