using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>sed: reads its script as sed does, to find the commands that run programs or touch files (<c>e w W r R</c> and the flags <c>e w</c> of <c>s</c>).</summary>
static class SedCommands
{
    public static void Find(IReadOnlyList<string> argv, List<Hazard> hazards, Action<string> writes)
    {
        var scripts = new List<string>();
        var operands = new List<string>();
        var inPlace = false;
        for (var i = 1; i < argv.Count; i++)
        {
            var word = argv[i];
            if (word == "--")
            {
                operands.AddRange(argv.Skip(i + 1));
                break;
            }

            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                if ("--expression".StartsWith(word, StringComparison.Ordinal) && word.Length > 3 && i + 1 < argv.Count)
                {
                    scripts.Add(argv[++i]);
                }
                else if (word.StartsWith("--expression=", StringComparison.Ordinal))
                {
                    scripts.Add(word["--expression=".Length..]);
                }
                else if (word.StartsWith("--in-place", StringComparison.Ordinal) || "--in-place".StartsWith(word, StringComparison.Ordinal))
                {
                    inPlace = true;
                }
                else if (word is not ("--quiet" or "--silent" or "--regexp-extended" or "--separate" or "--unbuffered" or "--null-data" or "--posix" or "--sandbox" or "--debug" or "--version" or "--help" or "--zero-terminated"))
                {
                    hazards.Add(new Hazard("runs-other-code", $"`sed {Marks.Shown(word)}` is not known, or takes its script from a file."));
                }
            }
            else if (word.Length > 1 && word[0] == '-')
            {
                i = ReadCluster(argv, i, scripts, ref inPlace, hazards);
            }
            else
            {
                operands.Add(word);
            }
        }

        if (scripts.Count == 0 && operands.Count > 0)
        {
            scripts.Add(operands[0]);
            operands.RemoveAt(0);
        }

        foreach (var script in scripts.Where(script => !IsHarmless(script)))
        {
            hazards.Add(new Hazard("runs-other-code", $"The sed script `{Shorten(Marks.Shown(script))}` runs programs, touches files, or is not understood."));
        }

        foreach (var operand in operands.Where(_ => inPlace))
        {
            writes(operand);
        }
    }

    static int ReadCluster(IReadOnlyList<string> argv, int at, List<string> scripts, ref bool inPlace, List<Hazard> hazards)
    {
        var word = argv[at];
        for (var i = 1; i < word.Length; i++)
        {
            switch (word[i])
            {
                case 'e' when i + 1 < word.Length:
                    scripts.Add(word[(i + 1)..]);
                    return at;
                case 'e' when at + 1 < argv.Count:
                    scripts.Add(argv[at + 1]);
                    return at + 1;
                case 'i':
                    inPlace = true;
                    if (word[(i + 1)..].Contains('/'))
                    {
                        hazards.Add(new Hazard("writes-files", "`sed -i` keeps its copy in another directory."));
                    }

                    return at;
                case 'l' when at + 1 < argv.Count && i + 1 == word.Length:
                    return at + 1;
                case 'n' or 'r' or 'E' or 's' or 'u' or 'z':
                    break;
                default:
                    hazards.Add(new Hazard("runs-other-code", $"`sed {Marks.Shown(word)}` is not known, or takes its script from a file."));
                    return at;
            }
        }

        return at;
    }

    /// <summary>Whether every command of a script only edits the text that passes.</summary>
    internal static bool IsHarmless(string script)
    {
        if (!Marks.IsKnown(script))
        {
            return false;
        }

        var text = Marks.Written(script);
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] is ' ' or '\t' or '\n' or ';' or '{' or '}')
            {
                i++;
                continue;
            }

            if (!SkipAddresses(text, ref i))
            {
                return false;
            }

            if (i >= text.Length || !SkipCommand(text, ref i))
            {
                return false;
            }
        }

        return true;
    }

    static bool SkipAddresses(string text, ref int i)
    {
        while (i < text.Length)
        {
            switch (text[i])
            {
                case '/':
                    if (!SkipDelimited(text, ref i, '/'))
                    {
                        return false;
                    }

                    while (i < text.Length && text[i] is 'I' or 'M')
                    {
                        i++;
                    }

                    break;
                case '\\' when i + 1 < text.Length:
                    i++;
                    if (!SkipDelimited(text, ref i, text[i]))
                    {
                        return false;
                    }

                    break;
                case >= '0' and <= '9' or '$' or ',' or '~' or '+' or '!' or ' ' or '\t':
                    i++;
                    break;
                default:
                    return true;
            }
        }

        return true;
    }

    static bool SkipCommand(string text, ref int i)
    {
        var command = text[i++];
        switch (command)
        {
            case '{' or '}' or '=' or 'd' or 'D' or 'g' or 'G' or 'h' or 'H' or 'n' or 'N' or 'p' or 'P' or 'x' or 'z' or 'F':
                return true;
            case 'l' or 'L' or 'q' or 'Q':
                while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == ' '))
                {
                    i++;
                }

                return true;
            case 'b' or 't' or 'T' or ':':
                while (i < text.Length && text[i] is not (';' or '\n' or '}'))
                {
                    i++;
                }

                return true;
            case '#':
            case 'a' or 'i' or 'c':
                // Text goes to the end of its line; a backslash continues it.
                while (i < text.Length && !(text[i] == '\n' && text[i - 1] != '\\'))
                {
                    i++;
                }

                return true;
            case 'y':
                return i < text.Length && SkipPair(text, ref i);
            case 's':
                if (i >= text.Length || !SkipPair(text, ref i))
                {
                    return false;
                }

                while (i < text.Length && text[i] is 'g' or 'p' or 'i' or 'I' or 'm' or 'M' or (>= '0' and <= '9'))
                {
                    i++;
                }

                return i >= text.Length || text[i] is ';' or '\n' or '}' or ' ' or '#';
            default:
                return false;
        }
    }

    static bool SkipPair(string text, ref int i)
    {
        var delimiter = text[i];
        if (delimiter is '\n' or '\\' || !SkipDelimited(text, ref i, delimiter))
        {
            return false;
        }

        i--;
        return SkipDelimited(text, ref i, delimiter);
    }

    // At the opening delimiter; ends behind the closing one.
    static bool SkipDelimited(string text, ref int i, char delimiter)
    {
        for (i++; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '[' && delimiter is not '[')
            {
                // Inside brackets some versions take the delimiter for text and some do not: refuse where it matters.
                var close = text.IndexOf(']', Math.Min(i + 2, text.Length));
                var end = text.IndexOf(delimiter, i);
                if (close > 0 && end > i && end < close)
                {
                    return false;
                }
            }
            else if (text[i] == delimiter)
            {
                i++;
                return true;
            }
        }

        return false;
    }

    static string Shorten(string text) => text.Length <= 60 ? text : text[..59] + "…";
}
