using System.Text;
using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>awk: its programs can start others (<c>system</c>, pipes, <c>getline</c>), write files (<c>print &gt;</c>) and load code. One that uses none of this is a filter.</summary>
static class AwkCommands
{
    public static void Find(IReadOnlyList<string> argv, List<Hazard> hazards)
    {
        string? program = null;
        for (var i = 1; i < argv.Count; i++)
        {
            var word = argv[i];
            if (word is "-F" or "-v" or "--field-separator" or "--assign")
            {
                i++;
            }
            else if (word.StartsWith("-F", StringComparison.Ordinal) || word.StartsWith("-v", StringComparison.Ordinal) || word.StartsWith("--field-separator=", StringComparison.Ordinal) || word.StartsWith("--assign=", StringComparison.Ordinal)
                || word is "--posix" or "--traditional" or "--re-interval" or "--version" or "-V" or "-P" or "-c" or "-r" or "--csv" or "-k" or "-b" or "-S" or "--sandbox" or "--")
            {
                continue;
            }
            else if (word.StartsWith('-') && word.Length > 1)
            {
                hazards.Add(new Hazard("runs-other-code", $"`{argv[0]} {Marks.Shown(word)}` is not known, or loads its program from a file."));
                return;
            }
            else
            {
                program = word;
                break;
            }
        }

        if (program is not null && !IsHarmless(program))
        {
            hazards.Add(new Hazard("runs-other-code", $"The awk program `{(program.Length > 60 ? Marks.Shown(program)[..59] + "…" : Marks.Shown(program))}` runs programs, touches files, or is not understood."));
        }
    }

    internal static bool IsHarmless(string program)
    {
        if (!Marks.IsKnown(program) || Bare(Marks.Written(program).Replace("\\\n", " ", StringComparison.Ordinal)) is not { } bare)
        {
            return false;
        }

        if (bare.Contains('@') || bare.Contains('`') || bare.Replace("||", "  ", StringComparison.Ordinal).Contains('|'))
        {
            return false;
        }

        foreach (var word in (string[])["system", "getline", "ENVIRON", "ARGV", "ARGC", "PROCINFO", "close", "fflush", "SYMTAB", "FUNCTAB"])
        {
            if (bare.Contains(word, StringComparison.Ordinal))
            {
                return false;
            }
        }

        // `$3 > 10` compares; `print > "file"` writes.
        return !bare.Split(';', '{', '}', '\n').Any(statement => statement.Contains("print", StringComparison.Ordinal) && statement.Contains('>'));
    }

    /// <summary>The program with its strings, regular expressions and comments blanked; null if it is not clear where they end.</summary>
    static string? Bare(string program)
    {
        var bare = new StringBuilder(program.Length);
        var last = '\n';
        for (var i = 0; i < program.Length; i++)
        {
            var character = program[i];
            if (character == '"' || (character == '/' && last is '(' or ',' or '{' or ';' or '!' or '~' or '&' or '|' or '\n' or '}'))
            {
                var end = EndOf(program, i);
                if (end < 0)
                {
                    return null;
                }

                bare.Append('0');
                i = end;
                last = '0';
                continue;
            }

            if (character == '#')
            {
                while (i + 1 < program.Length && program[i + 1] != '\n')
                {
                    i++;
                }

                continue;
            }

            bare.Append(character);
            last = character is ' ' or '\t' ? last : character;
        }

        return bare.ToString();
    }

    static int EndOf(string program, int start)
    {
        var delimiter = program[start];
        for (var i = start + 1; i < program.Length; i++)
        {
            if (program[i] == '\\')
            {
                i++;
            }
            else if (program[i] == '\n')
            {
                return -1;
            }
            else if (delimiter == '/' && program[i] == '[')
            {
                var close = program.IndexOf(']', Math.Min(i + 2, program.Length));
                var slash = program.IndexOf('/', i);
                if (close > 0 && slash > i && slash < close)
                {
                    return -1;
                }
            }
            else if (program[i] == delimiter)
            {
                return i;
            }
        }

        return -1;
    }
}
