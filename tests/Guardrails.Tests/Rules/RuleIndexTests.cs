using Agent.Guardrails.Commands;
using Agent.Guardrails.Judging;
using Agent.Guardrails.Network;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails.Tests.Rules;

/// <summary>An index must not hide a rule: whatever matches when all rules are tried one by one is found.</summary>
public class RuleIndexTests
{
    static readonly string[] Segments = ["a", "b", "src", ".env", ".env.", "x.pem", "KEY.PEM", "foo.", "git~1", ".git", "c d", "x::$DATA", "y"];
    static readonly string[] Patterns = ["a", "**", "*", "*.pem", ".env", ".env.*", "foo.", "**/.git/**", "?", "[ab]", "x*", "*.*", "SRC", ".git::", "y "];
    static readonly string[] Hosts = ["a.example.com", "example.com", "b.a.example.com", "example.net", "localhost", "10.0.0.1"];
    static readonly string[] HostPatterns = ["*", "*.example.com", "example.com", "a.example.com", "*.net", "localhost"];
    static readonly string[] Words = ["git", "status", "push", "./run", "x y", "make", "-n"];
    static readonly string[] WordPatterns = ["git", "git status", "git *", "git push -n", "./**", "m*", "*", "make -n"];

    [Fact]
    public void Every_rule_that_matches_a_path_is_found()
    {
        var random = new Random(7);
        var rules = Rules(600, RuleKind.Path, answer => new Rule { Id = "", Reason = "", Place = new Place("", 1, 1), Kind = RuleKind.Path, Answer = answer, Paths = [.. Glob.ParseAll((random.Next(3) == 0 ? "/" : "") + Joined(random, Patterns))] });
        var index = new RuleSet(rules);

        for (var i = 0; i < 4_000; i++)
        {
            var relative = Joined(random, Segments);
            var path = PathRules.Fold(new LocatedPath("/ws/" + relative, random.Next(4) == 0 ? null : relative, default, null) { IsPattern = random.Next(20) == 0 });

            Check(index, index.ForPath(path), rule => Matching.Matches(rule, isWrite: false, path), relative);
        }
    }

    [Fact]
    public void Every_rule_that_matches_a_host_is_found()
    {
        var random = new Random(7);
        var index = new RuleSet(Rules(200, RuleKind.Network, answer => new Rule { Id = "", Reason = "", Place = new Place("", 1, 1), Kind = RuleKind.Network, Answer = answer, Hosts = [.. Some(random, HostPatterns).Select(text => new HostPattern(text))] }));

        foreach (var host in Hosts)
        {
            var url = UrlReader.Read($"https://{host}/");

            Check(index, index.ForHost(url.Host), rule => Matching.Matches(rule, "GET", url, url.Address), host);
        }
    }

    [Fact]
    public void Every_rule_that_matches_a_command_is_found()
    {
        var random = new Random(7);
        var index = new RuleSet(Rules(200, RuleKind.Command, answer => new Rule { Id = "", Reason = "", Place = new Place("", 1, 1), Kind = RuleKind.Command, Answer = answer, Commands = [.. Some(random, WordPatterns).Select(CommandPattern.Parse)] }));

        for (var i = 0; i < 1_000; i++)
        {
            string[] argv = [.. Some(random, Words)];
            var command = new SimpleCommand(argv, "", []);

            Check(index, index.ForCommand(argv), rule => Matching.Matches(rule, command), string.Join(' ', argv));
        }
    }

    static void Check(RuleSet rules, ReadOnlySpan<Rule> found, Func<Rule, bool> matches, string what)
    {
        var orders = found.ToArray().Select(rule => rule.Order).ToHashSet();

        rules.All.Where(matches).Select(rule => rule.Order).Where(order => !orders.Contains(order)).ShouldBeEmpty(what);
    }

    static Rule[] Rules(int count, RuleKind kind, Func<Ruling, Rule> make) => [.. Enumerable.Range(0, count).Select(at => make(at % 2 == 0 ? Ruling.Allow : Ruling.Deny) with { Id = $"{kind}{at}" })];

    static string Joined(Random random, string[] choices) => string.Join('/', Some(random, choices));

    static IEnumerable<string> Some(Random random, string[] choices) => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => choices[random.Next(choices.Length)])];
}
