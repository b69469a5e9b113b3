using Agent.Guardrails.Commands.Programs;
using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary>Programs that start another: it is the other that is judged. Options that are not known here keep the wrapper from being taken off.</summary>
static class Wrappers
{
    static readonly Dictionary<string, (string Flags, string Valued, int Operands)> Plain = new(StringComparer.Ordinal)
    {
        ["nohup"] = ("", "", 0),
        ["builtin"] = ("", "", 0),
        ["timeout"] = ("-v --verbose --foreground --preserve-status", "-s -k --signal --kill-after", 1),
        ["nice"] = ("", "-n --adjustment", 0),
        ["ionice"] = ("-t --ignore", "-c -n --class --classdata", 0),
        ["stdbuf"] = ("", "-i -o -e --input --output --error", 0),
        ["time"] = ("-p -v --verbose --portability", "-f --format", 0),
        ["unbuffer"] = ("-p", "", 0),
        ["exec"] = ("-c -l", "-a", 0),
        ["caffeinate"] = ("-d -i -m -s", "", 0),
    };

    // Those that read a line as bash does: to zsh and ksh `>! file` and more mean other things.
    static readonly string[] Shells = ["sh", "bash", "dash", "ash", "rbash"];

    // npx takes these from the workspace's own packages; another name it might fetch from anywhere.
    static readonly string[] LocalTools = ["tsc", "eslint", "prettier", "jest", "vitest", "mocha"];

    /// <returns>What the inner command prints; null if this is no wrapper.</returns>
    public static Stream? TryRun(Invocation invocation, IReadOnlyList<string> argv, Stream input)
    {
        var program = argv[0];
        if (Plain.TryGetValue(program, out var wrapper))
        {
            return Unwrap(invocation, argv, wrapper.Flags, wrapper.Valued, wrapper.Operands, input);
        }

        if (Shells.Contains(program, StringComparer.Ordinal))
        {
            return RunShell(invocation, argv, input);
        }

        switch (program)
        {
            case "command" when argv.Count > 1 && argv[1] is "-v" or "-V" or "-pv":
                return null;
            case "command":
                return Unwrap(invocation, argv, "-p", "", 0, input);
            case "env":
                return RunEnv(invocation, argv, input);
            case "busybox" or "toybox":
                return argv.Count > 1 && !argv[1].StartsWith('-') ? invocation.Run([.. argv.Skip(1)], input) : invocation.Describe(argv, input);
            case "xargs":
                return XargsCommand.Run(invocation, argv, input);
            case "poetry" or "pipenv" or "uv" or "pdm" or "hatch" or "rye" when argv is [_, "run", _, ..] && !argv[2].StartsWith('-'):
                return invocation.Run([.. argv.Skip(2)], input);
            case "npx" when argv.Count > 1 && LocalTools.Contains(argv[1], StringComparer.Ordinal):
                return invocation.Run([.. argv.Skip(1)], input);
            case "bundle" when argv is [_, "exec", _, ..] && !argv[2].StartsWith('-'):
                return invocation.Run([.. argv.Skip(2)], input);
            default:
                return null;
        }
    }

    static Stream Unwrap(Invocation invocation, IReadOnlyList<string> argv, string flags, string valued, int operands, Stream input)
    {
        var flagNames = flags.Split(' ');
        var valueNames = valued.Split(' ');
        var at = 1;
        for (; at < argv.Count && argv[at].StartsWith('-'); at++)
        {
            var option = argv[at];
            if (option == "--")
            {
                at++;
                break;
            }

            if (flagNames.Contains(option, StringComparer.Ordinal) || IsStuck(option, valueNames))
            {
                continue;
            }

            if (!valueNames.Contains(option, StringComparer.Ordinal) || option.Length == 0)
            {
                throw new NotUnderstoodException($"`{argv[0]} {Marks.Shown(option)}` is not known");
            }

            at++;
        }

        at += operands;
        if (at >= argv.Count)
        {
            return argv[0] is "exec" ? Stream.Unknown : invocation.Describe([argv[0]], input, new Hazard("nothing-to-run", $"`{argv[0]}` is given no command."));
        }

        if (argv.Take(at).Any(word => !Marks.IsKnown(word)))
        {
            throw new NotUnderstoodException($"what `{argv[0]}` starts is not known before it runs");
        }

        if (argv[0] == "nohup")
        {
            invocation.AddPath(isWrite: true, "nohup.out");
        }

        return invocation.Run([.. argv.Skip(at)], input);
    }

    // -n10, -oL, --signal=KILL, -10
    static bool IsStuck(string option, string[] valued) =>
        (option.Length > 1 && option.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
        || valued.Any(name => name.Length == 2 ? option.Length > 2 && option.StartsWith(name, StringComparison.Ordinal) : name.Length > 2 && option.StartsWith(name + "=", StringComparison.Ordinal));

    static Stream RunEnv(Invocation invocation, IReadOnlyList<string> argv, Stream input)
    {
        var at = 1;
        for (; at < argv.Count; at++)
        {
            var word = argv[at];
            if (word is "-" or "-i" or "--ignore-environment" || word.StartsWith("--unset=", StringComparison.Ordinal))
            {
                continue;
            }

            if (word is "-u" or "--unset")
            {
                at++;
                continue;
            }

            if (word.StartsWith('-'))
            {
                throw new NotUnderstoodException($"`env {Marks.Shown(word)}` is not taken: write the command out");
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                break;
            }

            invocation.Reader.AddVariable(Marks.Shown(word[..equals]), [word[(equals + 1)..]], invocation.Surroundings, isLocal: false);
        }

        return at < argv.Count
            ? invocation.Run([.. argv.Skip(at)], input)
            : invocation.Describe([argv[0]], input, new Hazard("shows-environment", "The environment may hold secrets; name the one variable that is needed."));
    }

    static Stream RunShell(Invocation invocation, IReadOnlyList<string> argv, Stream input)
    {
        var isScript = false;
        var at = 1;
        for (; at < argv.Count && (argv[at].StartsWith('-') || argv[at].StartsWith('+')) && argv[at].Length > 1; at++)
        {
            var option = argv[at];
            if (option is "--")
            {
                at++;
                break;
            }

            if (option is "--norc" or "--noprofile" or "--login" or "--posix")
            {
                continue;
            }

            if (option.Length > 1 && option[1] != '-' && option.Skip(1).All("celuxvhnfo".Contains))
            {
                isScript |= option.Contains('c');
                at += option.Contains('o') ? 1 : 0;
                continue;
            }

            if (option is "--version" or "--help")
            {
                return invocation.Describe([argv[0], option], input);
            }

            throw new NotUnderstoodException($"`{argv[0]} {Marks.Shown(option)}` is not known");
        }

        if (at >= argv.Count)
        {
            return invocation.Describe([argv[0]], input, new Hazard("reads-commands", $"`{argv[0]}` takes its commands from its input, where they can not be seen."));
        }

        var script = argv[at];
        if (!Marks.IsKnown(script) || script.Contains(Marks.Pipe))
        {
            throw new NotUnderstoodException($"what `{argv[0]}` is to run is not known before it runs");
        }

        if (!isScript)
        {
            if (script == "-" || script.StartsWith("/dev/", StringComparison.Ordinal))
            {
                return invocation.Describe([argv[0], script], input, new Hazard("reads-commands", $"`{argv[0]}` takes its commands from its input, where they can not be seen."));
            }

            string program = script.Contains('/') ? script : "./" + script;
            return invocation.Run([program, .. argv.Skip(at + 1)], input);
        }

        var inner = invocation.Surroundings.Copy();
        for (var i = at + 1; i < argv.Count; i++)
        {
            inner.Set((i - at - 1).ToString(System.Globalization.CultureInfo.InvariantCulture), [argv[i]], certain: true);
        }

        inner.Set("@", [string.Join(' ', argv.Skip(at + 2))], certain: true);
        inner.Set("*", [string.Join(' ', argv.Skip(at + 2))], certain: true);
        invocation.Reader.RunInner(Marks.Written(script), inner);
        return Stream.Unknown;
    }
}
