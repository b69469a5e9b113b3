using Agent.Guardrails.Commands.Shell;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Commands;

/// <summary>Finds out what a command would do, without running anything.</summary>
static class CommandAnalysis
{
    internal const string ReaderFailed = "the reader failed on it";

    public static CommandFacts OfArgv(IReadOnlyList<string> argv, string workspace, IFiles files)
    {
        var facts = new CommandFacts();
        foreach (var word in argv)
        {
            if (Oddities.HiddenCharacter(word) is { } hidden)
            {
                facts.NotUnderstood = hidden;
                return facts;
            }
        }

        return Read(facts, () => new ScriptReader(facts, workspace, files, 0).Run(argv));
    }

    public static CommandFacts OfShell(string line, string workspace, IFiles files)
    {
        var facts = new CommandFacts();
        if (Oddities.HiddenCharacter(line) is { } hidden)
        {
            facts.NotUnderstood = hidden;
            return facts;
        }

        return Read(facts, () => new ScriptReader(facts, workspace, files, 0).Run(ShellParser.Parse(line)));
    }

    static CommandFacts Read(CommandFacts facts, Action read)
    {
        try
        {
            read();
            if (facts.Commands.Count + facts.Paths.Count + facts.Variables.Count == 0)
            {
                facts.NotUnderstood = "it names no program";
            }
        }
        catch (NotUnderstoodException exception)
        {
            facts.NotUnderstood = exception.Message;
        }
        catch (Exception exception)
        {
            // A mistake of the reader must not let a line through, nor stop the service that asked.
            facts.NotUnderstood = $"{ReaderFailed} ({exception.GetType().Name})";
        }

        return facts;
    }
}
