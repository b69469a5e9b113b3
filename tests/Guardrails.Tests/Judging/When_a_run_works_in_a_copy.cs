namespace Agent.Guardrails.Tests.Judging;

public class When_a_run_works_in_a_copy
{
    const string Copy = "/state/copies/1/tree";

    static readonly PolicyBundle Bundle = Load(
        "- { id: tools, answer: allow, reason: r, tools: [write_file, run_command] }\n  - { id: cat, answer: allow, reason: r, tools: [run_command], commands: [cat] }\n  - { id: only-shop, answer: deny, reason: r, tools: [never], workspaces: [shop] }",
        "- { id: own, answer: allow, reason: r, paths: [\"**\"] }\n  - { id: secrets, answer: deny, reason: r, paths: [/srv/shop/secrets/**] }\n  - { id: state, answer: deny, reason: r, paths: [/state/**] }");

    [Theory]
    [InlineData("src/a.cs", "own")]
    [InlineData("secrets/key", "secrets")]
    public void Its_files_are_judged_as_those_of_the_workspace(string path, string rule) => Decide(new PathAccess(true, $"{Copy}/{path}")).Rule.ShouldBe(rule);

    [Fact]
    public void The_workspace_itself_can_not_be_named() => Decide(new PathAccess(false, "/srv/shop/src/a.cs")).Rule.ShouldBe("not-the-working-copy");

    [Theory]
    [InlineData("secrets/key", "secrets")]
    [InlineData("/srv/shop/readme", "not-the-working-copy")]
    public void Commands_are_judged_so_too(string file, string rule) =>
        Bundle.Decide(Request("run_command") with { Argv = ["cat", file] }).Rule.ShouldBe(rule);

    [Fact]
    public void Rules_of_the_workspace_hold_for_its_copy() => Bundle.Decide(Request("never")).Rule.ShouldBe("only-shop");

    static Decision Decide(PathAccess path) => Bundle.Decide(Request("write_file") with { Paths = [path] });

    static ToolRequest Request(string tool) => new() { Tool = tool, Effect = EffectStrength.Idempotent, ArgumentsJson = "{}", WorkspaceRoot = Copy, StandsFor = "/srv/shop" };

    static PolicyBundle Load(string tools, string paths)
    {
        var result = PolicyBundle.Load(new Dictionary<string, string> { ["tools.yaml"] = $"rules:\n  {tools}\n", ["paths.yaml"] = $"rules:\n  {paths}\n" }, GuardrailSettings.None);
        result.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        return result.Bundle!;
    }
}
