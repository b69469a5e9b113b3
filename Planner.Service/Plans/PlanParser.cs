using System.Text.Json;
using Agent.Contracts;
using Agent.Llm;

namespace Agent.Planner.Service.Plans;

/// <summary>Reads a model's reply. Weak models wrap the object in prose or a fence; the first object that reads as JSON counts.
/// <code>{"summary":"…","steps":[{"id":"a","title":"…","instruction":"…","depends_on":[],"tools":["read_file"],"effect":"pure","acceptance":[{"kind":"answer_given"}]}]}</code></summary>
static class PlanParser
{
    const int MostMistakes = 25;

    /// <param name="tools">Tools a plan may name; null = any.</param>
    public static PlanReply Parse(string reply, IReadOnlySet<string>? tools, PlanOptions options)
    {
        if (JsonInText.FirstObject(reply, "steps", "cannot") is not { } json)
        {
            return new PlanReply.Malformed(["The reply holds no JSON object with \"steps\" (or \"cannot\"). Answer with the object alone."]);
        }

        if (json.TryGetProperty("cannot", out var cannot) && cannot.ValueKind == JsonValueKind.String)
        {
            return new PlanReply.Declined(cannot.GetString()!);
        }

        var mistakes = new List<string>();
        var steps = new List<PlanStep>();
        if (json.TryGetProperty("steps", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            var number = 0;
            foreach (var item in list.EnumerateArray())
            {
                steps.Add(StepReader.Read(item, $"steps[{number++}]", mistakes));
            }
        }
        else
        {
            mistakes.Add("\"steps\" must be an array.");
        }

        var summary = json.TryGetProperty("summary", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        var plan = new Plan(summary.Length > 0 ? summary : "No summary was given.", steps);
        mistakes.AddRange(PlanCheck.Mistakes(plan, tools, options));
        return mistakes.Count == 0 ? new PlanReply.Good(plan) : new PlanReply.Malformed([.. mistakes.Distinct(StringComparer.Ordinal).Take(MostMistakes)]);
    }
}
