using System.Text.Json;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Tests.Bundles;

/// <summary>What editors are told is what the reader takes.</summary>
public class EditorSchemaTests
{
    public static TheoryData<string, string[]> Files => new()
    {
        { "tools", RuleReader.ToolKeys },
        { "paths", RuleReader.PathKeys },
        { "network", RuleReader.NetworkKeys },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_schema_knows_the_keys_of_its_rules(string name, string[] keys)
    {
        var rule = Read(name).GetProperty("properties").GetProperty("rules").GetProperty("items");

        rule.GetProperty("properties").EnumerateObject().Select(property => property.Name).ShouldBe(keys, ignoreOrder: true);
    }

    [Fact]
    public void The_schema_of_the_limits_has_their_defaults()
    {
        foreach (var group in Read("limits").GetProperty("properties").EnumerateObject().Where(group => group.Name is not ("version" or "sandbox" or "personal_data" or "plan" or "workspaces")))
        {
            foreach (var limit in group.Value.GetProperty("properties").EnumerateObject().Where(limit => limit.Value.TryGetProperty("type", out var type) && type.GetString() == "number"))
            {
                PolicyLimits.Default[$"{group.Name}.{limit.Name}"].ShouldBe(limit.Value.GetProperty("default").GetDouble());
            }
        }
    }

    static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(DefaultPolicies.Directory, "schema", $"{name}.schema.json"))).RootElement;
}
