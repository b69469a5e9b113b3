using Agent.Dashboard.Web.Templates;

namespace Agent.Dashboard.Web.Tests.Templates;

public class TemplateRulesTests
{
    static readonly GoalTemplate Deploy = new(
        "deploy", "Deploy {{version}} to {{ stage }}, {{times}} times, dry run {{dry}}",
        Parameters:
        [
            new("version", Required: true, Description: "a tag"), new("stage", ParameterType.Choice, Default: "test", Choices: ["test", "live"]),
            new("times", ParameterType.Integer, Default: "1"), new("dry", ParameterType.Boolean, Default: "true"),
        ]);

    [Fact]
    public void Mistakes_SoundTemplate_HasNone() => TemplateRules.Mistakes(Deploy).ShouldBeEmpty();

    [Fact]
    public void Fill_ValuesAndDefaults_AreTextInTheGoal() =>
        TemplateRules.Fill(Deploy, new Dictionary<string, string> { ["version"] = "{{stage}} $1", ["stage"] = "live" }).Goal.ShouldBe("Deploy {{stage}} $1 to live, 1 times, dry run true");

    [Fact]
    public void Fill_WrongValues_EachMistakeNamesItsParameter()
    {
        var (goal, mistakes) = TemplateRules.Fill(Deploy, new Dictionary<string, string> { ["stage"] = "moon", ["times"] = "2.5", ["dry"] = "yes", ["other"] = "x" });

        goal.ShouldBeNull();
        mistakes.ShouldBe(
            [
                "The template deploy has no parameter \"other\". It has version, stage, times, dry.",
                "The parameter \"version\" is required: a tag",
                "The parameter \"stage\" is \"moon\"; it must be one of test, live.",
                "The parameter \"times\" is \"2.5\"; it must be a whole number.",
                "The parameter \"dry\" is \"yes\"; it must be true or false.",
            ]);
    }

    [Fact]
    public void Mistakes_TemplateThatDoesNotHoldTogether_AllAreNamed()
    {
        var template = new GoalTemplate("Bad Name", "Do {{a}} and {{b}}", Parameters: [new("a", ParameterType.Integer, Default: "x"), new("a"), new("c", Required: true, Default: "1"), new("d", ParameterType.Choice)]);

        var mistakes = string.Join('\n', TemplateRules.Mistakes(template));

        mistakes.ShouldContain("The name \"Bad Name\"");
        mistakes.ShouldContain("The parameter \"a\" is declared 2 times.");
        mistakes.ShouldContain("no parameter \"b\" is declared");
        mistakes.ShouldContain("The default of the parameter \"a\" is \"x\"");
        mistakes.ShouldContain("\"c\" is required and has a default");
        mistakes.ShouldContain("the goal has no {{c}}");
        mistakes.ShouldContain("\"choices\" and the type \"choice\" go together");
    }
}
