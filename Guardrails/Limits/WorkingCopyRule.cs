using Agent.Guardrails.Yaml;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails;

/// <summary>A workspace's runs work in a copy of it.</summary>
/// <param name="Checks">Commands that must succeed in the copy before its changes are promoted, each as argv.</param>
/// <param name="Approve">A person approves the difference first.</param>
public sealed record WorkingCopyLimits(IReadOnlyList<IReadOnlyList<string>> Checks, bool Approve);

/// <summary>What one place in <c>limits.yaml</c> says about working copies; what it leaves open is null.
/// <code>working_copy: { mode: copy, checks: [ ["dotnet", "test"], ["./lint.sh"] ], approve: true }</code></summary>
sealed record WorkingCopyRule(bool? IsOn, IReadOnlyList<IReadOnlyList<string>>? Checks, bool? Approve)
{
    const int MostChecks = 20;

    static readonly Dictionary<string, int> Modes = new(StringComparer.Ordinal) { ["none"] = 0, ["copy"] = 1 };

    public static IReadOnlyList<string> Keys { get; } = ["mode", "checks", "approve"];

    public static WorkingCopyRule Open { get; } = new(null, null, null);

    /// <summary>This place's word where it has one, else the other's.</summary>
    public WorkingCopyRule Or(WorkingCopyRule other) => new(IsOn ?? other.IsOn, Checks ?? other.Checks, Approve ?? other.Approve);

    /// <summary>Null where runs work in the workspace itself.</summary>
    public WorkingCopyLimits? Limits => IsOn is true ? new WorkingCopyLimits(Checks ?? [], Approve ?? true) : null;

    public static WorkingCopyRule Read(YamlSection section, MistakeList mistakes)
    {
        var mode = section.Choice("mode", Modes);
        return new WorkingCopyRule(mode is { } given ? given == Modes["copy"] : null, ReadChecks(section, mistakes), section.Has("approve") ? section.Flag("approve", otherwise: true) : null);
    }

    static IReadOnlyList<IReadOnlyList<string>>? ReadChecks(YamlSection section, MistakeList mistakes)
    {
        const string Cure = "Write each check as a list of words: `checks: [ [dotnet, test], [./lint.sh] ]`.";
        switch (section.Node("checks"))
        {
            case null:
                return null;
            case YamlSequenceNode { Children.Count: > MostChecks } list:
                mistakes.Add(section.PlaceOf(list), $"`checks` has {list.Children.Count} commands; at most {MostChecks} are run.", "Put several into one script.");
                return [];
            case YamlSequenceNode list:
                var checks = new List<IReadOnlyList<string>>();
                foreach (var child in list.Children)
                {
                    if (child is YamlSequenceNode { Children: { Count: > 0 } words } && words.All(word => word is YamlScalarNode { Value: not null }) && words[0] is YamlScalarNode { Value.Length: > 0 })
                    {
                        checks.Add([.. words.Cast<YamlScalarNode>().Select(word => word.Value!)]);
                    }
                    else
                    {
                        mistakes.Add(section.PlaceOf(child), "A check is not a command as a list of words.", Cure);
                    }
                }

                return checks;
            case { } other:
                mistakes.Add(section.PlaceOf(other), "`checks` must be a list of commands.", Cure);
                return [];
        }
    }
}
