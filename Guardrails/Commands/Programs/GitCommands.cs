using Agent.Guardrails.Commands.Shell;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>git: global options before the subcommand, forms of a subcommand that change something, options that run programs.</summary>
static class GitCommands
{
    static readonly string[] HarmlessGlobals = ["--no-pager", "-P", "--no-replace-objects", "--literal-pathspecs", "--glob-pathspecs", "--noglob-pathspecs", "--icase-pathspecs", "--no-optional-locks", "--no-lazy-fetch", "--no-advice", "--bare"];
    static readonly string[] HarmlessKeys = ["color.", "advice.", "core.quotepath=", "core.abbrev=", "user.name=", "user.email=", "log.date=", "diff.renames=", "diff.renamelimit=", "core.pager=cat", "core.precomposeunicode=", "init.defaultbranch=", "commit.gpgsign=false", "tag.gpgsign=false"];

    static readonly ProgramProfile Options = ProgramProfile.Parse(
        "git Generic --output:w -o:w --output-directory:w --ext-diff --textconv --filters --open-files-in-pager:x -O:t --exec:x --upload-pack:x --receive-pack:x --contents:r --ignore-revs-file:r --pathspec-from-file:r "
        + "-F:r --file:r --orderfile:r -f:g --template:r --separate-git-dir:w --reference:r --config:x -c:t --server-option:x --word-diff-regex:t --format:t --pretty:t= --grep:t --author:t --committer:t --since:t --until:t --after:t --before:t "
        + "-S:t -G:t -L:t -m:t --message:t -n:t --max-count:t --skip:t --date:t --sort:t --contains:t --no-contains:t --merged:t --no-merged:t --points-at:t --inter-hunk-context:t --unified:t= -U:t= --diff-filter:t --stat:t= --color:t= --abbrev:t= --encoding:t "
        + "--decorate-refs:t --exclude:t --branches:t= --tags:t= --remotes:t= --glob:t --exclude-from:r --exclude-per-directory:t -X:r --web-browser --edit-description -e:t --line-prefix:t --ws-error-highlight:t --anchored:t --rotate-to:t --skip-to:t --find-object:t --submodule:t= --ignore-submodules:t= --dirstat:t= -l:t --color-words:t= --tool:x --extcmd:x --gui");

    // Keys whose values let others in.
    static readonly string[] SecretKeys = ["token", "password", "passwd", "secret", "extraheader", "credential", "apikey"];

    static readonly Dictionary<string, string[]> ReadingOperands = new(StringComparer.Ordinal)
    {
        ["stash"] = ["list", "show"],
        ["remote"] = ["get-url"],
        ["worktree"] = ["list"],
        ["submodule"] = ["status", "summary"],
        ["notes"] = ["list", "show"],
        ["reflog"] = ["show", "exists"],
        ["bisect"] = ["log"],
        ["bundle"] = ["verify", "list-heads"],
        ["lfs"] = ["ls-files", "status"],
    };

    static readonly string[] ChangingOptions =
        ["-d", "-D", "-m", "-M", "-c", "-C", "-f", "-u", "--delete", "--move", "--copy", "--force", "--set-upstream-to", "--unset-upstream", "--track", "--create-reflog", "--annotate", "-a", "-s", "--sign", "-e", "--edit", "--lost-found", "--write-commit-graph", "--refresh", "--really-refresh"];

    public static ArgumentUses Read(Invocation invocation, IReadOnlyList<string> argv, List<Hazard> hazards)
    {
        var at = 1;
        for (; at < argv.Count && argv[at].StartsWith('-') && argv[at] is not ("--version" or "--help"); at++)
        {
            var option = argv[at];
            if (option == "-C" && at + 1 < argv.Count)
            {
                Enter(invocation, argv[++at]);
            }
            else if (option == "-c" && at + 1 < argv.Count)
            {
                CheckSetting(argv[++at], hazards);
            }
            else if (!HarmlessGlobals.Contains(option, StringComparer.Ordinal))
            {
                hazards.Add(new Hazard("runs-other-code", $"`git {Marks.Shown(option)}` makes git use other settings or programs."));
                at += option is "--git-dir" or "--work-tree" or "--namespace" or "--config-env" or "--exec-path" or "--super-prefix" ? 1 : 0;
            }
        }

        string[] rest = [.. argv.Skip(at)];
        var uses = ArgumentReader.Read(Options, ["git", .. rest.Skip(1)]);
        uses.NormalArgv = ["git", .. rest];
        if (rest.Length == 0)
        {
            return uses;
        }

        var sub = rest[0];
        if (Changes(sub, rest, uses))
        {
            hazards.Add(new Hazard("git-changes", $"This form of `git {sub}` changes the repository."));
        }

        if (uses.Seen.Exists(option => option is "--ext-diff" or "--textconv" or "--filters")
            || (uses.Has("-x") && sub is not ("clean" or "ls-files"))
            || (sub == "help" && uses.Seen.Exists(option => option is not ("-a" or "--all" or "-g" or "--guides")))
            || (sub == "grep" && uses.Seen.Exists(option => option is "-O" or "--open-files-in-pager")))
        {
            hazards.Add(new Hazard("runs-other-code", $"An option of this `git {sub}` runs another program."));
        }

        if (sub == "config" && uses.Operands.Exists(operand => Array.Exists(SecretKeys, key => operand.Contains(key, StringComparison.OrdinalIgnoreCase))))
        {
            hazards.Add(new Hazard("shows-secrets", "This setting holds what lets others in."));
        }

        if (sub is "blame" or "annotate")
        {
            // Elsewhere a string to search for; here a file of revisions.
            uses.Values.AddRange([.. uses.Values.Where(value => value.Option == "-S").Select(value => (Role.Read, value.Value, value.Option))]);
        }

        if (sub is "diff" or "show" or "log" or "diff-tree" or "diff-index" or "diff-files" or "whatchanged" or "range-diff" or "format-patch")
        {
            uses.Values.AddRange([.. uses.Values.Where(value => value.Option == "-O").Select(value => (Role.Read, value.Value, value.Option))]);
        }

        AddPaths(invocation, sub, uses);
        uses.Operands.Clear();
        return uses;
    }

    static void Enter(Invocation invocation, string directory)
    {
        if (!Marks.IsKnown(directory) || Marks.HasWildcard(directory))
        {
            throw new NotUnderstoodException("the directory git starts in is not known before it runs");
        }

        invocation.AddPath(isWrite: false, directory);
    }

    static void CheckSetting(string setting, List<Hazard> hazards)
    {
        if (!Array.Exists(HarmlessKeys, key => key.EndsWith('=') || key.EndsWith('.') ? setting.StartsWith(key, StringComparison.OrdinalIgnoreCase) : setting.Equals(key, StringComparison.OrdinalIgnoreCase)))
        {
            hazards.Add(new Hazard("runs-other-code", $"`git -c {Marks.Shown(setting)}` may make git run a program."));
        }
    }

    static bool Changes(string sub, string[] rest, ArgumentUses uses)
    {
        var operands = uses.Operands;
        if (ReadingOperands.TryGetValue(sub, out var reading))
        {
            return operands.Count == 0
                ? sub is "stash" or "bisect" or "bundle"
                : !reading.Contains(operands[0], StringComparer.Ordinal) && !(sub == "remote" && operands is ["show", ..] && uses.Has("-n")) && !(sub == "reflog" && operands[0] is not ("expire" or "delete" or "drop"));
        }

        return sub switch
        {
            "branch" => uses.Seen.Exists(option => ChangingOptions.Contains(option, StringComparer.Ordinal) && option != "-a")
                || (operands.Count > 0 && !uses.Seen.Exists(option => option is "--list" or "-l" or "--contains" or "--no-contains" or "--merged" or "--no-merged" or "--points-at" or "--show-current")),
            "tag" => uses.Seen.Exists(option => ChangingOptions.Contains(option, StringComparer.Ordinal))
                || (operands.Count > 0 && !uses.Seen.Exists(option => option is "--list" or "-l" or "-n" or "--contains" or "--merged" or "--no-merged" or "--points-at")),
            "config" => !(operands.Count == 1 && operands[0].Contains('.') && !uses.Seen.Exists(option => option is "-e" or "--edit" or "--unset" or "--unset-all" or "--rename-section" or "--remove-section" or "--add" or "--replace-all")) && !(operands.Count <= 2 && uses.Seen.Exists(option => option is "--get" or "--get-all" or "--get-regexp" or "--list" or "-l" or "--show-origin" or "--get-urlmatch")) && !(operands is ["get" or "list", ..]),
            "symbolic-ref" => operands.Count > 1 || uses.Has("-d") || uses.Has("--delete"),
            "fsck" => uses.Has("--lost-found"),
            "rev-parse" => false,
            _ => false,
        };
    }

    // Operands are revisions, paths, or both: HEAD:secret, main..topic, :(exclude)x, src/a.cs.
    static void AddPaths(Invocation invocation, string sub, ArgumentUses uses)
    {
        if (sub is "help" or "config" or "remote" or "check-ref-format" or "commit" && uses.Operands.Count == 0)
        {
            return;
        }

        foreach (var operand in uses.Operands.Where(Marks.IsKnown).Where(operand => !operand.Contains(Marks.Pipe)))
        {
            var path = operand;
            if (operand.StartsWith(":(", StringComparison.Ordinal) && operand.IndexOf(')', StringComparison.Ordinal) is var close && close > 0)
            {
                path = operand[(close + 1)..];
            }
            else if (operand.StartsWith(":!", StringComparison.Ordinal) || operand.StartsWith(":^", StringComparison.Ordinal))
            {
                continue;
            }
            else if (operand.StartsWith(":/", StringComparison.Ordinal))
            {
                path = operand[2..];
            }
            else if (operand.IndexOf(':', StringComparison.Ordinal) is var colon && colon >= 0)
            {
                path = operand[(colon + 1)..];
            }

            if (path.Length > 0 && sub is not ("clone" or "fetch" or "pull" or "push" or "ls-remote"))
            {
                invocation.AddPath(isWrite: sub is "mv", path, isListed: sub is "status" or "ls-files" or "check-ignore" or "check-attr" or "rm" or "init" or "branch" or "tag" or "checkout" or "switch" or "restore");
            }
        }
    }
}
