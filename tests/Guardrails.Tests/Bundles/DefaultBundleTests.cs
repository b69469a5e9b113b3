using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Tests.Bundles;

public class DefaultBundleTests
{
    [Fact]
    public void The_shipped_policies_load_and_their_cases_pass() => DefaultPolicies.Bundle.RuleCount.ShouldBeGreaterThan(30);

    [Theory]
    [InlineData("git status -s", Ruling.Allow)]
    [InlineData("git push", Ruling.Deny)]
    [InlineData("git statusx", Ruling.Deny)]
    public void Commands_are_judged_by_their_first_words(string line, Ruling want) =>
        DefaultPolicies.Bundle.Decide(ToolRequests.ForCommand(line, "/workspace"), NoFiles.Instance).Ruling.ShouldBe(want);

    [Fact]
    public void A_prefix_from_the_environment_allows_what_begins_so_and_nothing_else()
    {
        var bundle = DefaultPolicies.Load(GuardrailSettings.Parse("terraform plan, git push", null));

        Decide(bundle, "terraform plan -no-color").Rule.ShouldBe("AGENT_ALLOWED_COMMANDS");
        Decide(bundle, "terraform apply").Ruling.ShouldBe(Ruling.Deny);
        Decide(bundle, "git push origin main").Ruling.ShouldBe(Ruling.Allow);
    }

    [Fact]
    public void A_network_switched_off_denies_what_the_rules_allow()
    {
        var bundle = DefaultPolicies.Load(GuardrailSettings.Parse(null, "false"));

        var decision = bundle.Decide(ToolRequests.ForUrl("GET", "https://learn.microsoft.com/", "/workspace"));

        decision.Ruling.ShouldBe(Ruling.Deny);
        decision.Rule.ShouldBe("allow-net-off");
    }

    static Decision Decide(PolicyBundle bundle, string line) => bundle.Decide(ToolRequests.ForCommand(line, "/workspace"), NoFiles.Instance);
}
