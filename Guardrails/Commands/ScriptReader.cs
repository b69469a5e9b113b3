using Agent.Guardrails.Commands.Programs;
using Agent.Guardrails.Commands.Shell;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Commands;

/// <summary>What a command's input or output is, as far as that is known.</summary>
enum Stream
{
    Unknown,

    /// <summary>Names of files of the workspace, a line each.</summary>
    Listing,

    /// <summary>One harmless word: a number, a hash, a date.</summary>
    Token,

    /// <summary>The directory the repository begins in.</summary>
    TopLevel,

    /// <summary>The current directory.</summary>
    Here,
}

/// <summary>Walks through a parsed command line and collects what every part of it would do. Where something may or may not happen, it is taken to happen.</summary>
sealed class ScriptReader(CommandFacts facts, string workspace, IFiles files, int depth)
{
    const int MostRounds = 4;

    static readonly string[] FileTests = ["-a", "-b", "-c", "-d", "-e", "-f", "-g", "-h", "-k", "-p", "-r", "-s", "-t", "-u", "-w", "-x", "-G", "-L", "-N", "-O", "-S", "-nt", "-ot", "-ef"];

    const int MostCommands = 2000;

    public CommandFacts Facts => facts;

    public string Workspace => workspace;

    public IFiles Files => files;

    public int Depth => depth;

    public void Run(Node node) => Walk(node, Start(), certain: true, followed: false, Stream.Unknown);

    public void Run(IReadOnlyList<string> argv) => new Invocation(this, Start()).Run(argv, Stream.Unknown);

    /// <summary>A script inside a command: the text after <c>sh -c</c>.</summary>
    public void RunInner(string script, Surroundings surroundings) =>
        new ScriptReader(facts, workspace, files, depth + 1).Walk(ShellParser.Parse(script, depth + 1), surroundings, certain: true, followed: false, Stream.Unknown);

    public void AddPath(bool isWrite, string path, IEnumerable<string> directories, bool isListed = false)
    {
        var written = Marks.Written(path);
        foreach (var directory in directories)
        {
            var location = PathLocator.Locate(written, workspace, directory, files);
            if (isListed && location.Problem == PathLocator.Circle)
            {
                // A link that leads nowhere can be listed.
                location = PathLocator.Locate(written[..(written.TrimEnd('/').LastIndexOf('/') + 1)] + ".", workspace, directory, files);
            }
            else if (isListed && location is { Relative.Length: > 0, Problem: null })
            {
                // Only its name is shown, so it is the directory that is read.
                var parent = location.Absolute[..location.Absolute.LastIndexOf('/')];
                location = PathLocator.Place(parent.Length == 0 ? "/" : parent, workspace, files);
            }

            facts.Paths.Add(new PathUse(isWrite, location with { IsPattern = !isListed && Marks.HasWildcard(path) }, written));
        }
    }

    public void AddCommand(SimpleCommand command)
    {
        if (facts.Commands.Count >= MostCommands)
        {
            throw new NotUnderstoodException($"it runs more than {MostCommands} commands");
        }

        facts.Commands.Add(command);
    }

    Surroundings Start() => new() { Directories = { workspace } };

    /// <param name="certain">It runs for sure, and once.</param>
    /// <param name="followed">What comes next runs only if this succeeds.</param>
    Stream Walk(Node node, Surroundings surroundings, bool certain, bool followed, Stream input)
    {
        switch (node)
        {
            case Sequence sequence:
                var last = Stream.Unknown;
                foreach (var child in sequence.Nodes)
                {
                    last = Walk(child, surroundings, certain, followed: false, input);
                }

                return sequence.Nodes.Count == 1 ? last : Stream.Unknown;
            case AndOr andOr:
                var before = surroundings.Directories.ToArray();
                Walk(andOr.Left, surroundings, certain, followed: andOr.And, input);
                var right = Walk(andOr.Right, surroundings, certain: false, followed: andOr.And && followed, input);
                if (!followed)
                {
                    surroundings.Enter(before, certain: false);
                }

                // `cd "$(dirname x)" && pwd` and the like: what the whole prints is what its parts print.
                return andOr.Left is Simple { Words: [{ Plain: "cd" }, ..] } ? right : Stream.Unknown;
            case Pipeline pipeline:
                var stream = input;
                foreach (var stage in pipeline.Stages)
                {
                    stream = Walk(stage, surroundings.Copy(), certain: false, followed: false, stream);
                }

                return stream;
            case Compound compound:
                return WalkCompound(compound, surroundings, certain, input);
            case ForLoop loop:
                WalkLoop(loop, surroundings, input);
                return Stream.Unknown;
            case CaseOf choice:
                Expander(surroundings).Values(choice.Subject);
                foreach (var pattern in choice.Patterns)
                {
                    Expander(surroundings).Values(pattern);
                }

                foreach (var body in choice.Bodies)
                {
                    Walk(body, surroundings, certain: false, followed: false, input);
                }

                AddRedirects(choice.Redirects, surroundings);
                return Stream.Unknown;
            case Condition condition:
                WalkCondition(condition, surroundings);
                return Stream.Unknown;
            default:
                return WalkSimple((Simple)node, surroundings, certain, followed, input);
        }
    }

    Stream WalkCompound(Compound compound, Surroundings surroundings, bool certain, Stream input)
    {
        AddRedirects(compound.Redirects, surroundings);
        var inside = compound.IsSubshell ? surroundings.Copy() : surroundings;
        var stream = Stream.Unknown;
        for (var round = 0; ; round++)
        {
            var changes = inside.Changes;
            foreach (var part in compound.Parts)
            {
                stream = Walk(part, inside, certain && !compound.IsConditional && !compound.Repeats, followed: false, input);
            }

            if (!compound.Repeats || inside.Changes == changes)
            {
                return compound.Parts.Count == 1 && !compound.Repeats ? stream : Stream.Unknown;
            }

            if (round == MostRounds)
            {
                throw new NotUnderstoodException("its loop changes variables in a way that can not be followed");
            }
        }
    }

    void WalkLoop(ForLoop loop, Surroundings surroundings, Stream input)
    {
        AddRedirects(loop.Redirects, surroundings);
        facts.Variables.Add(new VariableUse(loop.Name, "", IsLocal: true));
        var values = Expander(surroundings).Lists(loop.Values).SelectMany(list => list).Distinct(StringComparer.Ordinal).ToList();
        if (values.Count > 0)
        {
            surroundings.Set(loop.Name, values, certain: true);
        }

        WalkCompound(new Compound([loop.Body], [], Repeats: true, IsSubshell: false, IsConditional: true), surroundings, certain: false, input);
    }

    void WalkCondition(Condition condition, Surroundings surroundings)
    {
        var words = Expander(surroundings).Lists(condition.Words).SelectMany(list => list).ToList();
        if (words.Exists(word => word is "-v" or "-R"))
        {
            throw new NotUnderstoodException("`[[ -v` can run what stands in a subscript");
        }

        var isArithmetic = words.Exists(word => word is "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge");
        if (isArithmetic && !words.TrueForAll(word => word.StartsWith('-') || word.Length == 0 || word == "!" || word.All(char.IsAsciiDigit)))
        {
            throw new NotUnderstoodException("`[[` compares as numbers what may be no numbers");
        }

        for (var i = 1; i < words.Count; i++)
        {
            // -e file, file -nt file: what is asked about is a name, as with `test`.
            if (FileTests.Contains(words[i - 1], StringComparer.Ordinal) && Marks.IsKnown(words[i]) && words[i].Length > 0)
            {
                AddPath(isWrite: false, words[i], surroundings.Directories, isListed: true);
            }
        }

        AddCommand(new SimpleCommand(["[["], "[[ … ]]", []));
    }

    Stream WalkSimple(Simple simple, Surroundings surroundings, bool certain, bool followed, Stream input)
    {
        var expander = Expander(surroundings);
        AddRedirects(simple.Redirects, surroundings);
        var lists = expander.Lists(simple.Words);
        var isRead = lists is [["read", ..]];
        foreach (var assignment in simple.Assignments)
        {
            var values = expander.Values(assignment.Value);
            if (!(isRead && assignment.Name == "IFS"))
            {
                AddVariable(assignment.Name, values.Count > 0 ? values : [""], surroundings, isLocal: simple.Words.Count == 0);
            }

            if (simple.Words.Count == 0)
            {
                surroundings.Set(assignment.Name, assignment.Append ? null : values, certain);
            }
        }

        var stream = Stream.Unknown;
        foreach (var list in lists.Where(list => list.Count > 0))
        {
            stream = new Invocation(this, surroundings) { IsFollowed = followed, HasInput = simple.Redirects.Any(redirect => redirect.Kind is RedirectKind.Read or RedirectKind.Text) }
                .Run(list, simple.Redirects.Any(redirect => redirect.Kind is RedirectKind.Read or RedirectKind.Text) ? Stream.Unknown : input);
        }

        return lists.Count == 1 ? stream : Stream.Unknown;
    }

    /// <summary>Adds a variable that is set, and the directories it makes a program load code from.</summary>
    public void AddVariable(string name, IReadOnlyList<string> values, Surroundings surroundings, bool isLocal)
    {
        facts.Variables.Add(new VariableUse(name, values[0], isLocal));
        if (name != "PYTHONPATH")
        {
            return;
        }

        foreach (var directory in values.SelectMany(value => value.Split(':', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!Marks.IsKnown(directory) || directory.Contains(Marks.Pipe))
            {
                throw new NotUnderstoodException($"what {name} names is not known before it runs");
            }

            AddPath(isWrite: false, directory, surroundings.Directories);
        }
    }

    Expander Expander(Surroundings surroundings) => new(surroundings, files, script => Printed(script, surroundings));

    string Printed(Node script, Surroundings surroundings) => Walk(script, surroundings.Copy(), certain: false, followed: false, Stream.Unknown) switch
    {
        Stream.Listing => Marks.Listing.ToString(),
        Stream.Token => "0",
        Stream.Here when surroundings.Directories is [var only] => only,
        Stream.TopLevel when files.Look($"{workspace}/.git", workspace).Exists => workspace,
        _ => Marks.Unknown.ToString(),
    };

    void AddRedirects(IReadOnlyList<Redirect> redirects, Surroundings surroundings)
    {
        foreach (var redirect in redirects)
        {
            foreach (var target in Expander(surroundings).Values(redirect.Target))
            {
                AddRedirect(redirect.Kind, target, surroundings);
            }
        }
    }

    void AddRedirect(RedirectKind kind, string target, Surroundings surroundings)
    {
        if (kind == RedirectKind.Text || (kind == RedirectKind.Duplicate && IsDescriptor(target)) || target == Marks.Pipe.ToString())
        {
            return;
        }

        if (!Marks.IsKnown(target) || Marks.HasWildcard(target) || target.Contains('{'))
        {
            throw new NotUnderstoodException("the file it redirects to is not known before it runs");
        }

        if (kind is RedirectKind.Read or RedirectKind.ReadWrite)
        {
            AddPath(isWrite: false, target, surroundings.Directories);
        }

        if (kind is not RedirectKind.Read)
        {
            AddPath(isWrite: true, target, surroundings.Directories);
        }
    }

    static bool IsDescriptor(string target) => target.Length > 0 && target.TrimEnd('-').All(char.IsAsciiDigit);
}
