using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Commands;

/// <summary>Everything a command line would do, as far as it can be known before it runs.</summary>
sealed class CommandFacts
{
    public List<SimpleCommand> Commands { get; } = [];

    public List<PathUse> Paths { get; } = [];

    public List<VariableUse> Variables { get; } = [];

    public List<UrlAccess> Urls { get; } = [];

    /// <summary>Why the line can not be judged; it is not run then.</summary>
    public string? NotUnderstood { get; set; }
}

/// <summary>One program to be started, wrappers taken off.</summary>
/// <param name="Argv">Program and arguments; the program without the directory when that is a standard one.</param>
/// <param name="Text">As a person reads it.</param>
/// <param name="Hazards">What makes it more than its first words say.</param>
sealed record SimpleCommand(IReadOnlyList<string> Argv, string Text, IReadOnlyList<Hazard> Hazards);

/// <summary>A way in which a command runs other code, or acts on something that can not be seen before it runs.</summary>
/// <param name="Id">What a rule lists under <c>accepts</c>.</param>
/// <param name="Text">A sentence for the reason.</param>
readonly record struct Hazard(string Id, string Text);

/// <summary>A file a command reads or writes.</summary>
/// <param name="Text">As written.</param>
readonly record struct PathUse(bool IsWrite, LocatedPath Location, string Text);

/// <summary>A variable that is set.</summary>
/// <param name="IsLocal">Only for the shell itself: <c>x=1; …</c>, not for a command's environment.</param>
readonly record struct VariableUse(string Name, string Value, bool IsLocal = false);
