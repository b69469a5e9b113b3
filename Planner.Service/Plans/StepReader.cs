using System.Text.Json;
using Agent.Contracts;

namespace Agent.Planner.Service.Plans;

/// <summary>Reads one step, collecting what is wrong with its shape; lists that are left out are empty.</summary>
static class StepReader
{
    public static PlanStep Read(JsonElement item, string place, List<string> mistakes)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"{place} must be an object.");
            return new PlanStep("", "", "", [], [], EffectClass.Pure, []);
        }

        return new PlanStep(
            Text(item, "id", place, mistakes, isNeeded: true) ?? "",
            Text(item, "title", place, mistakes, isNeeded: true) ?? "",
            Text(item, "instruction", place, mistakes, isNeeded: true) ?? "",
            Texts(item, "depends_on", place, mistakes),
            Texts(item, "tools", place, mistakes),
            Word<EffectClass>(item, "effect", place, mistakes) ?? EffectClass.Pure,
            Criteria(item, place, mistakes));
    }

    static List<AcceptanceCriterion> Criteria(JsonElement item, string place, List<string> mistakes)
    {
        var criteria = new List<AcceptanceCriterion>();
        if (!item.TryGetProperty("acceptance", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return criteria;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            mistakes.Add($"{place}.acceptance must be an array.");
            return criteria;
        }

        var number = 0;
        foreach (var entry in list.EnumerateArray())
        {
            var here = $"{place}.acceptance[{number++}]";
            if (entry.ValueKind != JsonValueKind.Object)
            {
                mistakes.Add($"{here} must be an object with a \"kind\".");
                continue;
            }

            if (Word<CriterionKind>(entry, "kind", here, mistakes) is { } kind)
            {
                criteria.Add(new AcceptanceCriterion(
                    kind, Text(entry, "path", here, mistakes), Text(entry, "text", here, mistakes),
                    entry.TryGetProperty("argv", out var argv) && argv.ValueKind != JsonValueKind.Null ? Texts(entry, "argv", here, mistakes) : null,
                    SchemaText(entry, here, mistakes)));
            }
        }

        return criteria;
    }

    /// <summary>A schema as JSON text; models also write it as an object.</summary>
    static string? SchemaText(JsonElement entry, string place, List<string> mistakes) =>
        entry.TryGetProperty("schema", out var schema) && schema.ValueKind == JsonValueKind.Object ? schema.GetRawText() : Text(entry, "schema", place, mistakes);

    static string? Text(JsonElement item, string member, string place, List<string> mistakes, bool isNeeded = false)
    {
        if (!item.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (isNeeded)
            {
                mistakes.Add($"{place}.{member} is missing.");
            }

            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            mistakes.Add($"{place}.{member} must be a string.");
            return null;
        }

        return value.GetString();
    }

    static List<string> Texts(JsonElement item, string member, string place, List<string> mistakes)
    {
        if (!item.TryGetProperty(member, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(entry => entry.ValueKind != JsonValueKind.String))
        {
            mistakes.Add($"{place}.{member} must be an array of strings.");
            return [];
        }

        return [.. list.EnumerateArray().Select(entry => entry.GetString()!)];
    }

    static T? Word<T>(JsonElement item, string member, string place, List<string> mistakes)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToList();
        if (!item.TryGetProperty(member, out var value) || value.ValueKind != JsonValueKind.String)
        {
            mistakes.Add($"{place}.{member} is missing; it is one of {string.Join(", ", words)}.");
            return null;
        }

        var index = words.IndexOf(value.GetString()!);
        if (index < 0)
        {
            mistakes.Add($"{place}.{member} is \"{value.GetString()}\"; it must be one of {string.Join(", ", words)}.");
            return null;
        }

        return Enum.GetValues<T>()[index];
    }
}
