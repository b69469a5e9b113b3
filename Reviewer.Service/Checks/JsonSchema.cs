using System.Text.Json;
using System.Text.RegularExpressions;

namespace Agent.Reviewer.Service.Checks;

/// <summary>The part of JSON Schema that plans use. A keyword outside of it is a mistake of the schema, not silently passed over.</summary>
static class JsonSchema
{
    static readonly HashSet<string> Annotations = new(StringComparer.Ordinal) { "$schema", "$id", "$comment", "title", "description", "default", "examples" };

    public static IReadOnlyList<string> Mistakes(JsonElement json, JsonElement schema)
    {
        var mistakes = new List<string>();
        Check(json, schema, "$", mistakes);
        return mistakes;
    }

    static void Check(JsonElement json, JsonElement schema, string place, List<string> mistakes)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"{place}: {(schema.ValueKind == JsonValueKind.False ? "nothing is allowed here" : "the schema must be an object")}");
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Annotations.Contains(keyword.Name))
            {
                CheckKeyword(json, schema, keyword, place, mistakes);
            }
        }
    }

    static void CheckKeyword(JsonElement json, JsonElement schema, JsonProperty keyword, string place, List<string> mistakes)
    {
        var value = keyword.Value;
        var problem = keyword.Name switch
        {
            "type" => IsOfType(json, value) ? null : $"is {NameOf(json)}, not {value}",
            "enum" => value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, json)) ? null : $"is not one of {value}",
            "const" => JsonElement.DeepEquals(value, json) ? null : $"is not {value}",
            "minimum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() >= value.GetDouble() ? null : $"is below {value}",
            "maximum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() <= value.GetDouble() ? null : $"is above {value}",
            "exclusiveMinimum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() > value.GetDouble() ? null : $"is not above {value}",
            "exclusiveMaximum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() < value.GetDouble() ? null : $"is not below {value}",
            "minLength" => json.ValueKind != JsonValueKind.String || json.GetString()!.Length >= value.GetInt32() ? null : $"is shorter than {value}",
            "maxLength" => json.ValueKind != JsonValueKind.String || json.GetString()!.Length <= value.GetInt32() ? null : $"is longer than {value}",
            "pattern" => json.ValueKind != JsonValueKind.String || Regex.IsMatch(json.GetString()!, value.GetString()!, RegexOptions.NonBacktracking) ? null : $"does not match {value}",
            "minItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() >= value.GetInt32() ? null : $"has fewer than {value} items",
            "maxItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() <= value.GetInt32() ? null : $"has more than {value} items",
            "required" => Missing(json, value),
            "properties" or "items" or "additionalProperties" => CheckParts(json, schema, keyword, place, mistakes),
            _ => $"the schema's keyword \"{keyword.Name}\" is not supported",
        };
        if (problem is not null)
        {
            mistakes.Add($"{place} {problem}");
        }
    }

    static string? CheckParts(JsonElement json, JsonElement schema, JsonProperty keyword, string place, List<string> mistakes)
    {
        switch (keyword.Name)
        {
            case "items" when json.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in json.EnumerateArray())
                {
                    Check(item, keyword.Value, $"{place}[{index++}]", mistakes);
                }

                break;
            case "properties" when json.ValueKind == JsonValueKind.Object:
                foreach (var property in keyword.Value.EnumerateObject())
                {
                    if (json.TryGetProperty(property.Name, out var member))
                    {
                        Check(member, property.Value, $"{place}.{property.Name}", mistakes);
                    }
                }

                break;
            case "additionalProperties" when json.ValueKind == JsonValueKind.Object:
                var isKnown = schema.TryGetProperty("properties", out var known) && known.ValueKind == JsonValueKind.Object;
                foreach (var member in json.EnumerateObject().Where(member => !isKnown || !known.TryGetProperty(member.Name, out _)))
                {
                    Check(member.Value, keyword.Value, $"{place}.{member.Name}", mistakes);
                }

                break;
            default:
                break;
        }

        return null;
    }

    static string? Missing(JsonElement json, JsonElement required)
    {
        var missing = json.ValueKind == JsonValueKind.Object
            ? required.EnumerateArray().Select(name => name.GetString()!).Where(name => !json.TryGetProperty(name, out _)).ToList()
            : [];
        return missing.Count == 0 ? null : $"lacks {string.Join(", ", missing)}";
    }

    static bool IsOfType(JsonElement json, JsonElement type) =>
        type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Any(one => IsOfType(json, one))
            : type.GetString() is var name && (name == NameOf(json) || (name == "integer" && json.ValueKind == JsonValueKind.Number && json.GetDouble() is var number && Math.Floor(number) == number));

    static string NameOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
