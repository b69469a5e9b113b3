using Agent.Guardrails.Commands.Programs;
using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary>One start of a program: wrappers are taken off, what remains is described.</summary>
sealed class Invocation(ScriptReader reader, Surroundings surroundings)
{
    /// <summary>What comes next runs only if this succeeded.</summary>
    public bool IsFollowed { get; init; }

    public bool HasInput { get; init; }

    public ScriptReader Reader => reader;

    public Surroundings Surroundings => surroundings;

    /// <returns>What it prints.</returns>
    public Stream Run(IReadOnlyList<string> argv, Stream input)
    {
        if (argv.Count == 0 || argv[0].Length == 0)
        {
            throw new NotUnderstoodException("it names no program");
        }

        if (!Marks.IsKnown(argv[0]) || Marks.HasWildcard(argv[0]) && argv[0] != Marks.Bracket.ToString() || argv[0].Contains(Marks.Pipe))
        {
            throw new NotUnderstoodException("the name of the program is not known before it runs");
        }

        if (argv.Count > 4096)
        {
            throw new NotUnderstoodException("it has more than 4096 arguments");
        }

        List<string> named = [NameOf(Marks.Written(argv[0])), .. argv.Skip(1)];
        return Wrappers.TryRun(this, named, input) ?? BuiltIns.TryRun(this, named, input) ?? Describe(named, input);
    }

    /// <summary>Adds the command with its hazards, files and URLs.</summary>
    public Stream Describe(IReadOnlyList<string> argv, Stream input, params IReadOnlyList<Hazard> more)
    {
        var description = new Description(this, argv, more);
        return description.Add(input);
    }

    public void AddPath(bool isWrite, string path, bool isListed = false) => reader.AddPath(isWrite, path, surroundings.Directories, isListed);

    // /usr/bin/git is git; a program of the workspace is named from its root: ./test.sh.
    string NameOf(string program)
    {
        if (!program.Contains('/'))
        {
            return program;
        }

        var slash = program.LastIndexOf('/');
        if (program[..slash] is "/bin" or "/usr/bin" or "/usr/local/bin" or "/sbin" or "/usr/sbin")
        {
            return program[(slash + 1)..];
        }

        AddPath(isWrite: false, program);
        var location = Paths.PathLocator.Locate(program, reader.Workspace, surroundings.Directories[0], reader.Files);
        return location.Relative is { Length: > 0 } relative ? "./" + relative : program;
    }
}
