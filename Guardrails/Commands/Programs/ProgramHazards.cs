using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>Harm that hides in a program's operands rather than its options: scripts of sed and awk, assignments for make, properties for build tools.</summary>
static class ProgramHazards
{
    internal static readonly System.Buffers.SearchValues<char> ScriptBreakers = System.Buffers.SearchValues.Create(" ;|&$`()<>\n\t'\"");
    static readonly System.Buffers.SearchValues<char> PytestValues = System.Buffers.SearchValues.Create("kmncoWr");
    static readonly string[] OutwardTargets = ["install", "uninstall", "deploy", "publish", "release", "push", "upload"];
    public static void Find(string program, IReadOnlyList<string> argv, ArgumentUses uses, List<Hazard> hazards, Action<string> writes)
    {
        switch (program)
        {
            case "sed" or "gsed":
                SedCommands.Find(argv, hazards, writes);
                break;
            case "awk" or "gawk" or "mawk" or "nawk":
                AwkCommands.Find(argv, hazards);
                break;
            case "make" or "gmake":
                Each(argv, BuildTools.IsMakeSafe, hazards, program);
                Outward(argv, hazards);
                break;
            case "ninja":
                Outward(argv, hazards);
                break;
            case "dotnet":
                Each(argv, BuildTools.IsDotnetSafe, hazards, program);
                foreach (var word in argv.Where(word => word.StartsWith('-') && word.IndexOf(':', StringComparison.Ordinal) > 0))
                {
                    // -bl:path, --diag:path
                    var value = word[(word.IndexOf(':', StringComparison.Ordinal) + 1)..];
                    if (value.Contains('/') || value.StartsWith('.'))
                    {
                        writes(value);
                    }
                }

                break;
            case "mvn" or "./mvnw":
                Each(argv, BuildTools.IsMavenSafe, hazards, program);
                break;
            case "gradle" or "./gradlew":
                Each(argv, BuildTools.IsGradleSafe, hazards, program);
                break;
            case "cmake":
                Each(argv, BuildTools.IsCmakeSafe, hazards, program);
                Each([program, .. uses.Values.Where(value => value.Option == "-D").Select(value => "-D" + value.Value), .. uses.Values.Where(value => value.Option is "--target" or "-t").Select(value => value.Value)], BuildTools.IsCmakeSafe, hazards, program);
                Each([program, .. argv.SkipWhile(word => word != "--").Skip(1)], BuildTools.IsMakeSafe, hazards, program);
                break;
            case "jq" or "yq":
                Each(argv, IsSafeQuery, hazards, program);
                break;
            case "go" when argv is [_, "env", ..] && argv.Any(word => word is "-w" or "-u"):
                hazards.Add(new Hazard("changes-settings", "`go env -w` changes settings of every later build."));
                break;
            case "go":
                Each(argv, word => !word.Contains("-extld", StringComparison.Ordinal) && !word.Contains("-fplugin", StringComparison.Ordinal) && !word.Contains('@'), hazards, program);
                break;
            case "less" or "more":
                Each(argv, word => !word.StartsWith('+'), hazards, program);
                break;
            case "tar":
                Each(argv, word => !word.Contains(':'), hazards, program);
                TarCommands.Find(argv, hazards);
                break;
            case "npm" or "pnpm" or "yarn":
                Each(argv, word => !word.StartsWith("--init", StringComparison.Ordinal), hazards, program);
                if (argv is [_, "run" or "run-script", var script, ..] && script.AsSpan().ContainsAny(ScriptBreakers))
                {
                    hazards.Add(new Hazard("runs-other-code", $"`{Marks.Shown(script)}` is no name of a script."));
                }

                break;
            case "pytest" or "py.test":
                Each(argv, IsSafePlugin(argv), hazards, program);
                break;
            case "jest":
                Each(argv, word => !word.Contains('{'), hazards, program);
                break;
            case "tox" when argv is [_, "exec" or "e" or "devenv" or "d", ..]:
                hazards.Add(new Hazard("runs-other-code", "`tox exec` runs any command."));
                break;
            case "java" or "php" or "ruby" or "perl" or "python" or "python3" or "node" or "deno" or "bun" or "lua" when argv.Count == 1 || argv[^1] == "-":
                hazards.Add(new Hazard("reads-commands", $"`{program}` takes its program from its input, where it can not be seen."));
                break;
            case "python" or "python3" when argv.Skip(1).TakeWhile(word => word.StartsWith('-')).Any(word => !word.StartsWith("--", StringComparison.Ordinal) && word.Contains('c')) && !argv.Contains("-m"):
                hazards.Add(new Hazard("inline-code", $"`{program} -c` runs code that no rule can read."));
                break;
            case "python" or "python3" when uses.Operands.Count > 1 && argv.Contains("json.tool"):
                writes(uses.Operands[1]);
                break;
            case "cargo":
                Each(argv, word => word is not ("-C" or "--codegen" or "--sysroot") && !(word.StartsWith("-C", StringComparison.Ordinal) && word.Contains('=')), hazards, program);
                break;
            case "fd":
                Each(argv, word => word is not ("-x" or "-X" or "--exec" or "--exec-batch") && !word.StartsWith("--exec", StringComparison.Ordinal) && !(word.Length > 1 && word[0] == '-' && word[1] != '-' && (word.Contains('x') || word.Contains('X'))), hazards, program);
                break;
            default:
                break;
        }
    }

    static void Each(IReadOnlyList<string> argv, Func<string, bool> isSafe, List<Hazard> hazards, string program)
    {
        foreach (var word in argv.Skip(1))
        {
            if (!isSafe(word))
            {
                hazards.Add(new Hazard("runs-other-code", $"`{Marks.Shown(word)}` can make {program} run other code."));
                return;
            }
        }
    }

    // jq's `env` and `$ENV` show the environment, yq's `load` opens files; `.env` is a field.
    static bool IsSafeQuery(string word)
    {
        if (((string[])["$ENV", "$__prog", "import ", "include ", "load", "system", "strenv", "envsubst", "input_line", "env("]).Any(name => word.Contains(name, StringComparison.Ordinal)))
        {
            return false;
        }

        for (var at = word.IndexOf("env", StringComparison.Ordinal); at >= 0; at = word.IndexOf("env", at + 3, StringComparison.Ordinal))
        {
            var before = at == 0 ? ' ' : word[at - 1];
            var after = at + 3 >= word.Length ? ' ' : word[at + 3];
            if (!char.IsAsciiLetterOrDigit(before) && before is not ('.' or '_' or '"' or '-') && !char.IsAsciiLetterOrDigit(after) && after is not ('_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    // -p no:cacheprovider leaves a plugin out; any other value loads one.
    static Func<string, bool> IsSafePlugin(IReadOnlyList<string> argv) => word =>
    {
        var at = word.StartsWith("--", StringComparison.Ordinal) || !word.StartsWith('-') ? -1 : word.IndexOf('p', StringComparison.Ordinal);
        if (at < 0 || word.AsSpan(1, at - 1).ContainsAny(PytestValues))
        {
            return true;
        }

        var name = at + 1 < word.Length ? word[(at + 1)..] : argv.SkipWhile(other => !ReferenceEquals(other, word)).Skip(1).FirstOrDefault() ?? "";
        return name.StartsWith("no:", StringComparison.Ordinal);
    };

    static void Outward(IReadOnlyList<string> argv, List<Hazard> hazards)
    {
        if (argv.Skip(1).FirstOrDefault(word => Array.Exists(OutwardTargets, target => word.StartsWith(target, StringComparison.OrdinalIgnoreCase))) is { } found)
        {
            hazards.Add(new Hazard("acts-outside", $"The target `{Marks.Shown(found)}` is meant to act outside the workspace."));
        }
    }
}
