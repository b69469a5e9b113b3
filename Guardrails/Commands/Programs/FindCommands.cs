using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>find: start directories, tests, and actions that run commands, delete or write.</summary>
static class FindCommands
{
    public static ArgumentUses Read(Invocation invocation, IReadOnlyList<string> argv, List<Hazard> hazards)
    {
        var uses = new ArgumentUses();
        var names = new List<string>();
        var runs = false;
        var at = 1;
        for (; at < argv.Count && argv[at] is "-H" or "-L" or "-P"; at++)
        {
            uses.Seen.Add(argv[at]);
            CheckFollowing(argv[at], hazards);
        }

        for (; at < argv.Count && !argv[at].StartsWith('-') && argv[at] is not ("(" or "!" or ")"); at++)
        {
            uses.Add(Role.List, argv[at], "");
        }

        for (; at < argv.Count; at++)
        {
            uses.Seen.Add(argv[at]);
            CheckFollowing(argv[at], hazards);
            switch (argv[at])
            {
                case "-exec" or "-execdir" or "-ok" or "-okdir":
                    runs = true;
                    at = RunAction(invocation, argv, at);
                    break;
                case "-delete":
                    hazards.Add(new Hazard("deletes", "`find -delete` removes what it finds."));
                    break;
                case "-fprint" or "-fprint0" or "-fls" or "-fprintf":
                    uses.Add(Role.Write, at + 1 < argv.Count ? argv[at + 1] : "", argv[at]);
                    hazards.Add(new Hazard("writes-files", $"`find {argv[at]}` writes a file."));
                    at++;
                    break;
                case "-files0-from":
                    hazards.Add(new Hazard("unknown-value", "Where find starts is not known before it runs."));
                    break;
                case "-name" or "-iname" or "-path" or "-ipath" or "-wholename" or "-iwholename" when at + 1 < argv.Count:
                    names.Add(argv[++at]);
                    break;
                case "-newer" or "-anewer" or "-cnewer" or "-samefile" when at + 1 < argv.Count:
                    uses.Add(Role.List, argv[++at], "");
                    break;
                default:
                    break;
            }
        }

        if (runs)
        {
            // What is found is opened: a search for .env is not a listing then.
            foreach (var name in names.Where(Marks.IsKnown))
            {
                uses.Add(Role.Read, Pattern(name), "-name");
            }
        }

        uses.Found = names;
        return uses;
    }

    static void CheckFollowing(string option, List<Hazard> hazards)
    {
        if (option is "-L" or "-follow")
        {
            hazards.Add(new Hazard("leaves-workspace", "`find -L` follows links to wherever they lead."));
        }
    }

    /// <summary>A pattern for names as a path that rules can be asked about.</summary>
    public static string Pattern(string name) => Active(Marks.Written(name).TrimStart('*', '/'));

    static string Active(string pattern) => pattern.Length == 0 ? "" : pattern.Replace('*', Marks.Star).Replace('?', Marks.One).Replace('[', Marks.Bracket);

    static int RunAction(Invocation invocation, IReadOnlyList<string> argv, int at)
    {
        var command = new List<string>();
        var i = at + 1;
        for (; i < argv.Count && argv[i] != ";" && !(argv[i] == "+" && argv[i - 1] == "{}"); i++)
        {
            command.Add(argv[i].Replace("{}", Marks.Listing.ToString(), StringComparison.Ordinal));
        }

        if (i >= argv.Count || command.Count == 0)
        {
            throw new NotUnderstoodException($"`find {argv[at]}` is not ended by `;` or `+`");
        }

        new Invocation(invocation.Reader, invocation.Surroundings).Run(command, Stream.Unknown);
        return i;
    }
}
