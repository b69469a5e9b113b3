using System.Text.Json;
using Agent.Contracts;
using Agent.Planner.Service.Plans;

namespace Agent.Planner.Service.Tests.Plans;

public sealed class PlanParserTests
{
    static readonly PlanOptions Options = new();

    [Fact]
    public void Parse_GoodPlan_Reads()
    {
        var plan = Good("""{"summary":"s","steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","tools":["read_file"],"acceptance":[{"kind":"file_contains","path":"x","text":"y"}]},{"id":"b","title":"B","instruction":"do","depends_on":["a"],"effect":"irreversible"}]}""");

        plan.Steps.Select(step => step.Id).ShouldBe(["a", "b"]);
        plan.Steps[0].Acceptance.ShouldBe([new AcceptanceCriterion(CriterionKind.FileContains, "x", "y")]);
        plan.Steps[1].Effect.ShouldBe(EffectClass.Irreversible);
    }

    [Theory]
    [InlineData("```json\n{0}\n```")]
    [InlineData("Here is the plan you asked for:\n\n{0}\n\nTell me if {{it}} is fine.")]
    [InlineData("{{\"thoughts\":\"first\"}} {0}")]
    public void Parse_WrappedPlan_Reads(string wrapping) =>
        Good(wrapping.Replace("{0}", """{"summary":"s","steps":[{"id":"a","title":"A","instruction":"do","effect":"pure"}]}""").Replace("{{", "{").Replace("}}", "}")).Steps.Count.ShouldBe(1);

    [Theory]
    [InlineData("I would first look around.", "no JSON object")]
    [InlineData("""{"steps":[]}""", "no steps")]
    [InlineData("""{"steps":{}}""", "must be an array")]
    [InlineData("""{"steps":[{"id":"A b","title":"A","instruction":"do","effect":"pure"}]}""", "a-z, 0-9")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"harmless"}]}""", "effect is \"harmless\"")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","depends_on":["z"]}]}""", "\"z\", which is no step")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","depends_on":["a"]}]}""", "depends on itself")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","tools":["teleport"]}]}""", "\"teleport\", which is not known")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure"},{"id":"a","title":"A","instruction":"do","effect":"pure"}]}""", "used 2 times")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","depends_on":["b"]},{"id":"b","title":"B","instruction":"do","effect":"pure","depends_on":["a"]}]}""", "circle")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","acceptance":[{"kind":"file_contains","path":"x"}]}]}""", "need \"text\"")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","acceptance":[{"kind":"file_exists","path":"../x"}]}]}""", "stay in it")]
    [InlineData("""{"steps":[{"id":"a","title":"A","instruction":"do","effect":"pure","acceptance":[{"kind":"vibes"}]}]}""", "kind is \"vibes\"")]
    [InlineData("""{"steps":[{"id":"a","effect":"pure"}]}""", "title is missing")]
    public void Parse_Mistake_IsNamed(string reply, string mistake) => Mistakes(reply).ShouldContain(text => text.Contains(mistake));

    [Fact]
    public void Parse_ManyMistakes_NamesThemAll()
    {
        var mistakes = Mistakes("""{"steps":[{"id":"a","title":"A","effect":"odd","tools":["x"]},{"id":"B","title":"","instruction":"do","effect":"pure","depends_on":["q"]}]}""");

        mistakes.Count.ShouldBeGreaterThanOrEqualTo(6);
    }

    [Fact]
    public void Parse_TooManySteps_NamesTheLimit()
    {
        var steps = Enumerable.Range(0, Options.MaxSteps + 1).Select(number => new { id = $"s{number}", title = "T", instruction = "do", effect = "pure" });

        Mistakes(JsonSerializer.Serialize(new { steps })).ShouldContain(text => text.Contains($"at most {Options.MaxSteps}"));
    }

    [Fact]
    public void Parse_TooDeep_NamesTheLimit()
    {
        var steps = Enumerable.Range(0, Options.MaxDepth + 1).Select(number => new { id = $"s{number}", title = "T", instruction = "do", effect = "pure", depends_on = number == 0 ? [] : new[] { $"s{number - 1}" } });

        Mistakes(JsonSerializer.Serialize(new { steps })).ShouldContain(text => text.Contains("longest chain"));
    }

    [Fact]
    public void Parse_Cannot_IsADecline() =>
        PlanParser.Parse("""{"cannot":"no such tool"}""", KnownTools.BuiltIn, Options).ShouldBe(new PlanReply.Declined("no such tool"));

    static Plan Good(string reply) => PlanParser.Parse(reply, KnownTools.BuiltIn, Options).ShouldBeOfType<PlanReply.Good>().Plan;

    static IReadOnlyList<string> Mistakes(string reply) => PlanParser.Parse(reply, KnownTools.BuiltIn, Options).ShouldBeOfType<PlanReply.Malformed>().Mistakes;
}
