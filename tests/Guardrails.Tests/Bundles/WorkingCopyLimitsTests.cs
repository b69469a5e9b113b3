namespace Agent.Guardrails.Tests.Bundles;

public class WorkingCopyLimitsTests
{
    [Theory]
    [InlineData("working_copy: { mode: clone }", "`mode: clone` is not known.", "copy")]
    [InlineData("working_copy: { mode: copy, cheks: [] }", "Unknown key `cheks`.", "Did you mean `checks`?")]
    [InlineData("working_copy: { checks: dotnet test }", "`checks` must be a list of commands.", "[ [dotnet, test], [./lint.sh] ]")]
    [InlineData("working_copy: { checks: [dotnet test] }", "A check is not a command as a list of words.", "[ [dotnet, test], [./lint.sh] ]")]
    [InlineData("working_copy: { checks: [[]] }", "A check is not a command as a list of words.", "[ [dotnet, test], [./lint.sh] ]")]
    [InlineData("working_copy: { approve: perhaps }", "`approve` must be true or false.", "")]
    [InlineData("working_copy: { max_files: 0 }", "`max_files: 0` is not a number between 1 and", "")]
    [InlineData("workspaces: [ { path: /x, working_copy: { mode: copy, max_files: 5 } } ]", "Unknown key `max_files`.", "")]
    public void A_mistake_is_named_with_its_cure(string text, string problem, string cure)
    {
        var mistake = PolicyBundle.Load(new Dictionary<string, string> { ["limits.yaml"] = text + "\n", ["tools.yaml"] = "rules: []\n" }, GuardrailSettings.None).Mistakes
            .Where(one => one.File == "limits.yaml").ShouldHaveSingleItem();

        mistake.Problem.ShouldContain(problem);
        mistake.Cure.ShouldContain(cure);
    }

    [Fact]
    public void Without_a_word_about_it_runs_work_in_the_workspace_itself() => PolicyLimits.Default.For("/srv/shop").WorkingCopy.ShouldBeNull();
}
