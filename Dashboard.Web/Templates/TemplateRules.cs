using System.Globalization;
using System.Text.RegularExpressions;
using Agent.Journal.Operators;

namespace Agent.Dashboard.Web.Templates;

/// <summary>Whether a template holds together, and what its goal is with values filled in. Pure; every mistake names its parameter.</summary>
static partial class TemplateRules
{
    const int LongestValue = 2_000;

    public static IReadOnlyList<string> Mistakes(GoalTemplate template)
    {
        var mistakes = new List<string>();
        var parameters = template.Parameters ?? [];
        if (!RecordNames.IsGood(template.Name))
        {
            mistakes.Add($"The name \"{template.Name}\" must have {RecordNames.Rule}.");
        }

        if (string.IsNullOrWhiteSpace(template.Goal))
        {
            mistakes.Add("The goal is empty. Say what is to be done, with {{name}} where a parameter goes.");
        }

        mistakes.AddRange(parameters.GroupBy(parameter => parameter.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"The parameter \"{group.Key}\" is declared {group.Count()} times."));
        var used = Places(template.Goal ?? "").ToHashSet(StringComparer.Ordinal);
        mistakes.AddRange(used.Except(parameters.Select(parameter => parameter.Name)).Select(name => $"The goal has {{{{{name}}}}}, but no parameter \"{name}\" is declared."));
        foreach (var parameter in parameters)
        {
            if (!RecordNames.IsGood(parameter.Name))
            {
                mistakes.Add($"The parameter \"{parameter.Name}\" must have a name of {RecordNames.Rule}.");
            }
            else if (!used.Contains(parameter.Name))
            {
                mistakes.Add($"The parameter \"{parameter.Name}\" is declared, but the goal has no {{{{{parameter.Name}}}}}.");
            }

            if ((parameter.Type == ParameterType.Choice) != (parameter.Choices is { Count: > 0 }))
            {
                mistakes.Add($"The parameter \"{parameter.Name}\": \"choices\" and the type \"choice\" go together.");
            }
            else if (parameter.Default is { } value && MistakeOf(parameter, value) is { } mistake)
            {
                mistakes.Add($"The default of {mistake}");
            }

            if (parameter is { Required: true, Default: not null })
            {
                mistakes.Add($"The parameter \"{parameter.Name}\" is required and has a default: one of the two.");
            }
        }

        return mistakes;
    }

    /// <returns>The goal; null if there are mistakes.</returns>
    public static (string? Goal, IReadOnlyList<string> Mistakes) Fill(GoalTemplate template, IReadOnlyDictionary<string, string> values)
    {
        var parameters = template.Parameters ?? [];
        var mistakes = values.Keys.Except(parameters.Select(parameter => parameter.Name), StringComparer.Ordinal)
            .Select(name => $"The template {template.Name} has no parameter \"{name}\". {(parameters.Count == 0 ? "It has none." : $"It has {string.Join(", ", parameters.Select(parameter => parameter.Name))}.")}")
            .ToList();
        var filled = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            if (!values.TryGetValue(parameter.Name, out var value))
            {
                value = parameter.Default ?? "";
                if (parameter is { Required: true })
                {
                    mistakes.Add($"The parameter \"{parameter.Name}\" is required{(parameter.Description is { Length: > 0 } text ? $": {text}" : ".")}");
                }
            }
            else if (MistakeOf(parameter, value) is { } mistake)
            {
                mistakes.Add(char.ToUpperInvariant(mistake[0]) + mistake[1..]);
            }

            filled[parameter.Name] = value;
        }

        // One pass: a value that holds {{…}} itself is text.
        return mistakes.Count > 0 ? (null, mistakes) : (Place().Replace(template.Goal, match => filled[match.Groups["name"].Value]), []);
    }

    static IEnumerable<string> Places(string goal) => Place().Matches(goal).Select(match => match.Groups["name"].Value);

    static string? MistakeOf(TemplateParameter parameter, string value)
    {
        var isGood = parameter.Type switch
        {
            ParameterType.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            ParameterType.Number => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
            ParameterType.Boolean => value is "true" or "false",
            ParameterType.Choice => parameter.Choices?.Contains(value, StringComparer.Ordinal) is true,
            _ => value.Length <= LongestValue && !value.Any(char.IsControl),
        };
        return isGood ? null : $"the parameter \"{parameter.Name}\" is \"{value}\"; it must be {Wanted(parameter)}.";
    }

    static string Wanted(TemplateParameter parameter) => parameter.Type switch
    {
        ParameterType.Integer => "a whole number",
        ParameterType.Number => "a number",
        ParameterType.Boolean => "true or false",
        ParameterType.Choice => $"one of {string.Join(", ", parameter.Choices ?? [])}",
        _ => $"one line of at most {LongestValue} characters",
    };

    [GeneratedRegex(@"\{\{\s*(?<name>[^{}\s]+)\s*\}\}", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
