namespace Agent.Guardrails.Tests.Bundles;

/// <summary>An author sees every mistake at once, each with its place and its cure.</summary>
public class BundleMistakesTests
{
    const string Sound = "rules:\n  - { id: a, answer: allow, reason: Because., tools: [read_file] }\n";

    [Fact]
    public void All_mistakes_of_all_files_are_told_with_place_and_cure()
    {
        var result = Load(
            ("tools.yaml", "rules:\n  - id: a\n    anser: allow\n    reason: r\n    tools: [x]\n  - id: a\n    answer: maybe\n    reason: r\n    tools: [x]\n"),
            ("network.yaml", "rules:\n  - { id: n, answer: deny, reason: r, hosts: [\"https://x\"], ports: [99999], cidrs: [10.0.0.0/40] }\n"),
            ("limits.yaml", "run: { steps: 0, tokns: 5 }\n"));

        result.Bundle.ShouldBeNull();
        var text = result.Mistakes.Select(mistake => mistake.ToString()).ToList();
        text.ShouldContain(line => line.StartsWith("tools.yaml:3:5: Unknown key `anser`. Did you mean `answer`?", StringComparison.Ordinal));
        text.ShouldContain(line => line.StartsWith("tools.yaml:2:5: `answer` is missing.", StringComparison.Ordinal));
        text.ShouldContain(line => line.Contains("Rule id `a` is taken by tools.yaml:2", StringComparison.Ordinal));
        text.ShouldContain(line => line.Contains("`answer: maybe` is not known.", StringComparison.Ordinal));
        text.ShouldContain(line => line.StartsWith("network.yaml:2:", StringComparison.Ordinal) && line.Contains("is not a host name", StringComparison.Ordinal));
        text.ShouldContain(line => line.Contains("`99999` is not a port", StringComparison.Ordinal));
        text.ShouldContain(line => line.Contains("`10.0.0.0/40` is not an address block", StringComparison.Ordinal));
        text.ShouldContain(line => line.StartsWith("limits.yaml:1:8: `steps: 0` is not a number between 1 and 1000.", StringComparison.Ordinal) || line.Contains("`steps: 0`", StringComparison.Ordinal));
        text.ShouldContain(line => line.Contains("Unknown key `tokns`. Did you mean `tokens`?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rules: [", "This is not YAML")]
    [InlineData("", "The file is empty")]
    [InlineData("- a\n- b\n", "must be a mapping")]
    [InlineData("rules: 5\n", "must be a list")]
    [InlineData("a: 1\na: 2\n", "This is not YAML")]
    [InlineData("bogus: [\n# Rules\nrules:\n  - id: a\n", "This is not YAML")]
    [InlineData("a: &a [1]\nb: *a\n", "Aliases (*name) are not taken")]
    [InlineData("rules: []\n---\nrules: []\n", "second document")]
    [InlineData("rules:\n  - { id: x, answer: allow, reason: r, commands: [\"ls | sh\"] }\n", "holds shell syntax")]
    [InlineData("rules:\n  - { id: x, answer: allow, reason: r }\n", "needs `tools`")]
    [InlineData("rules:\n  - { id: x, answer: allow, reason: r, tools: [a], without: [-f] }\n", "`without` goes with `commands`")]
    public void A_malformed_file_is_named(string text, string problem) =>
        Load(("tools.yaml", text)).Mistakes.ShouldContain(mistake => mistake.File == "tools.yaml" && mistake.Problem.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Nesting_without_end_is_a_mistake() =>
        Load(("tools.yaml", "rules: " + new string('[', 200_000))).Mistakes.ShouldHaveSingleItem().Problem.ShouldContain("nests deeper than 32 levels");

    [Fact]
    public void Whatever_a_slip_of_the_hand_makes_of_the_default_policies_they_load_or_have_mistakes()
    {
        const string Slips = "[]{}:-#&*!|>'\"%@`,? \n\t\0";
        var random = new Random(20261129);
        var files = Directory.EnumerateFiles(DefaultPolicies.Directory, "*.yaml").Where(file => !file.EndsWith(".cases.yaml", StringComparison.Ordinal)).ToDictionary(file => Path.GetFileName(file)!, File.ReadAllText);
        foreach (var (name, whole) in files)
        {
            for (var i = 0; i < 300; i++)
            {
                var at = random.Next(whole.Length);
                var text = random.Next(3) == 0 ? whole.Remove(at, 1) : whole.Insert(at, $"{Slips[random.Next(Slips.Length)]}");

                // It threw, once, and took the policy service with it.
                Load((name, text)).ShouldNotBeNull();
            }
        }
    }

    [Fact]
    public void An_example_that_does_not_hold_is_a_mistake_at_its_line()
    {
        var result = Load(("tools.yaml", "rules:\n  - id: s\n    answer: allow\n    reason: r\n    commands: [git status]\n    match:\n      - git status -s\n      - git push\n    not_match:\n      - git status\n"));

        result.Mistakes.Select(mistake => mistake.Line).ShouldBe([8, 10]);
    }

    [Fact]
    public void A_case_that_does_not_hold_is_a_mistake_at_its_line()
    {
        var result = Load(("tools.yaml", Sound), ("tools.cases.yaml", "cases:\n  - { note: n, call: { tool: write_file, write: x }, want: allow }\n"));

        result.Mistakes.ShouldHaveSingleItem().ToString().ShouldStartWith("tools.cases.yaml:2:5: Case \"n\": wanted allow, got deny by `default-deny`");
    }

    [Fact]
    public void A_file_that_is_none_of_the_known_ones_is_told() =>
        Load(("tools.yaml", Sound), ("tool.yaml", Sound)).Mistakes.ShouldHaveSingleItem().Cure.ShouldStartWith("Did you mean `tools.yaml`?");

    [Theory]
    [InlineData("people/alice/tools.yaml", "lies in no known directory")]
    [InlineData("principals/tools.yaml", "lies in no known directory")]
    [InlineData("principals/../tools.yaml", "lies in no known directory")]
    [InlineData("principals/a/b/tools.cases.yaml", "lies in no known directory")]
    [InlineData("principals/alice/limits.yaml", "is not a policy file")]
    public void A_file_that_lies_in_no_layer_is_told(string name, string problem) =>
        Load(("tools.yaml", Sound), (name, "rules: []\n")).Mistakes.ShouldHaveSingleItem().Problem.ShouldContain(problem);

    [Theory]
    [InlineData("principals/alice/tools.yaml", "principals: [bob]", "Rules of `principals/alice/` hold for `alice` only.")]
    [InlineData("workspaces/shop/tools.yaml", "workspaces: [\"*\"]", "Rules of `workspaces/shop/` hold for `shop` only.")]
    public void A_rule_of_a_layer_does_not_say_whose_it_is_a_second_time(string name, string key, string problem) =>
        Load(("tools.yaml", Sound), (name, $"rules:\n  - {{ id: x, answer: allow, reason: r, tools: [b], {key} }}\n")).Mistakes.ShouldHaveSingleItem().Problem.ShouldBe(problem);

    [Fact]
    public void The_digest_follows_what_is_said_not_how_it_is_laid_out()
    {
        var plain = Load(("tools.yaml", Sound)).Bundle!;
        var dressed = Load(("tools.yaml", "# a comment\nrules:\n- answer: 'allow'\n  tools:\n  - read_file\n  reason: \"Because.\"\n  id: a\n")).Bundle!;
        var other = Load(("tools.yaml", Sound.Replace("Because.", "Why not.", StringComparison.Ordinal))).Bundle!;

        dressed.Digest.ShouldBe(plain.Digest);
        other.Digest.ShouldNotBe(plain.Digest);
    }

    static BundleResult Load(params (string Name, string Text)[] files) =>
        PolicyBundle.Load(files.ToDictionary(file => file.Name, file => file.Text), GuardrailSettings.None);
}
