using System.Text.Json;
using Agent.Contracts;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Tests.Checks;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}""")]
    [InlineData("[1,2.5]", """{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2}""")]
    [InlineData("\"ab\"", """{"type":["string","null"],"pattern":"^a","minLength":2,"maxLength":2,"title":"ignored"}""")]
    [InlineData("null", """{"enum":[null,1]}""")]
    [InlineData("{}", "true")]
    public void Mistakes_None(string json, string schema) => Mistakes(json, schema).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"b":1}""", """{"required":["a"]}""", "$ lacks a")]
    [InlineData("""{"a":1.5}""", """{"properties":{"a":{"type":"integer"}}}""", "$.a is number, not integer")]
    [InlineData("""{"a":{"b":[1,"x"]}}""", """{"properties":{"a":{"properties":{"b":{"items":{"type":"number"}}}}}}""", "$.a.b[1] is string, not number")]
    [InlineData("""{"x":1}""", """{"properties":{"a":{}},"additionalProperties":false}""", "$.x: nothing is allowed here")]
    [InlineData("5", """{"maximum":4}""", "$ is above 4")]
    [InlineData("\"b\"", """{"pattern":"^a"}""", "$ does not match ^a")]
    [InlineData("1", """{"const":2}""", "$ is not 2")]
    [InlineData("1", """{"oneOf":[{"type":"number"}]}""", "$ the schema's keyword \"oneOf\" is not supported")]
    public void Mistakes_NameThePlace(string json, string schema, string mistake) => Mistakes(json, schema).ShouldBe([mistake]);

    [Fact]
    public async Task Check_FileThatIsNotJson_SaysSo()
    {
        using var step = new ReviewedStep();
        step.Write("a.json", "{");

        var finding = await new JsonMatchesCheck().CheckAsync(new AcceptanceCriterion(CriterionKind.JsonMatches, "a.json", Schema: "{}"), step.UnderReview, TestContext.Current.CancellationToken);

        finding.Passed.ShouldBeFalse();
        finding.Evidence.ShouldStartWith("Not JSON:");
    }

    static IReadOnlyList<string> Mistakes(string json, string schema) => JsonSchema.Mistakes(JsonSerializer.Deserialize<JsonElement>(json), JsonSerializer.Deserialize<JsonElement>(schema));
}
