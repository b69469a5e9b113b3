using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Cli.Output;

/// <summary>A question about a call as a person reads it.</summary>
static class QuestionText
{
    static readonly JsonSerializerOptions Indented = new(ContractJson.Options) { WriteIndented = true };

    public static string Of(JsonElement question)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Text(question, "tool")}, call {Text(question, "call_id")} of run {Text(question, "run_id")}: {Text(question, "state")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  goal       {Text(question, "goal")} (submitted by {Text(question, "submitter")})");
        text.AppendLine(CultureInfo.InvariantCulture, $"  why        {Text(question, "reason")} (rule {Text(question, "rule")})");
        text.AppendLine(CultureInfo.InvariantCulture, $"  bound to   bundle {Short(question, "bundle_digest")}, tool definition {Short(question, "tool_version")}, sandbox {Text(question, "sandbox")}, until {Text(question, "expires_at")}");
        if (question.TryGetProperty("approvers", out var approvers) && approvers.GetInt32() > 1)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  needs      {approvers} different people{(question.TryGetProperty("not_submitter", out var not) && not.GetBoolean() ? ", not the submitter" : "")}");
        }

        foreach (var answer in Items(question, "answers"))
        {
            text.AppendLine($"  {(answer.GetProperty("approved").GetBoolean() ? "approved" : "denied  ")}   by {Text(answer, "principal")} {Text(answer, "comment")}".TrimEnd());
        }

        foreach (var one in Items(question, "differences"))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  changed    {Text(one, "what")}: {Text(one, "asked")} → {Text(one, "now")}");
        }

        if (question.TryGetProperty("original", out var original))
        {
            text.AppendLine("  the model wanted").AppendLine(JsonSerializer.Serialize(original, Indented));
        }

        return text.AppendLine("  arguments").AppendLine(JsonSerializer.Serialize(question.GetProperty("arguments"), Indented)).ToString();
    }

    static IEnumerable<JsonElement> Items(JsonElement owner, string name) => owner.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    static string Short(JsonElement owner, string name) => Text(owner, name) is var text && text.Length > 12 ? text[..12] : text;

    static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ToString() : "";
}
