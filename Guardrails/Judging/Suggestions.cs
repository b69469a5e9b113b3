using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>The narrowest change of the policy that would allow what was not allowed. What is suggested was tried: with all of it the request is allowed.</summary>
static class Suggestions
{
    // A rule that forbids hides what comes after it: each round shows the next.
    const int MostRounds = 6;

    public static IReadOnlyList<string> For(IReadOnlyList<Judgement> chain, ToolRequest request, IReadOnlyList<Rule> rules, Judge judge)
    {
        var texts = new List<string>();
        for (var round = 0; round < MostRounds; round++)
        {
            var changes = chain.Where(part => part.Ruling != Ruling.Allow).Select(part => PolicyChange.For(part, request)).DistinctBy(change => change.Text).ToList();
            texts.AddRange(changes.Select(change => change.Text));
            if (changes.Count == 0 || changes.Exists(change => change.Apply is null))
            {
                return [.. texts.Distinct(StringComparer.Ordinal)];
            }

            rules = changes.Aggregate(rules, (changed, change) => [.. change.Apply!(changed)]);
            var next = new List<Judgement>();
            List<string>? monitored = null;
            judge.With(rules).Decide(request, RealFiles.Instance, next, ref monitored);
            chain = next;
        }

        return [.. texts.Distinct(StringComparer.Ordinal), "Even so it would not be allowed: take the request apart and ask about its parts."];
    }
}
