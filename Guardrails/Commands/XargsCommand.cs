using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary><c>… | xargs command</c>: the command is given what comes in. Only a list of the workspace's files may come in unseen.</summary>
static class XargsCommand
{
    static readonly string[] Flags = ["-0", "--null", "-r", "--no-run-if-empty", "-t", "--verbose", "-x", "--exit"];
    static readonly string[] Valued = ["-n", "--max-args", "-L", "--max-lines", "-P", "--max-procs", "-d", "--delimiter", "-s", "--max-chars", "-E"];

    public static Stream Run(Invocation invocation, IReadOnlyList<string> argv, Stream input)
    {
        string? place = null;
        var at = 1;
        for (; at < argv.Count && argv[at].StartsWith('-'); at++)
        {
            var option = argv[at];
            if (option is "-I" or "--replace" && at + 1 < argv.Count)
            {
                place = argv[++at];
            }
            else if (option.StartsWith("-I", StringComparison.Ordinal))
            {
                place = option[2..];
            }
            else if (option is "-i")
            {
                place = "{}";
            }
            else if (Valued.Contains(option, StringComparer.Ordinal))
            {
                at++;
            }
            else if (!Flags.Contains(option, StringComparer.Ordinal) && !IsCluster(option) && !Valued.Any(name => option.StartsWith(name.Length > 2 ? name + "=" : name, StringComparison.Ordinal)))
            {
                throw new NotUnderstoodException($"`xargs {Marks.Shown(option)}` is not known");
            }
        }

        var incoming = (input == Stream.Listing && !invocation.HasInput ? Marks.Listing : Marks.UnknownWords).ToString();
        List<string> command = at < argv.Count ? [.. argv.Skip(at)] : ["echo"];
        if (place is null or "")
        {
            command.Add(incoming);
        }
        else
        {
            command = [.. command.Select(word => word.Replace(place, incoming, StringComparison.Ordinal))];
        }

        return invocation.Run(command, Stream.Unknown);
    }

    static bool IsCluster(string option) => option.Length > 1 && option.Skip(1).All("0rtx".Contains);
}
