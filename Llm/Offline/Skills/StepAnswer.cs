using System.Text;

namespace Agent.Llm.Offline.Skills;

/// <summary>A step's answer in Markdown: facts that name the call they came from, and what could not be found out.</summary>
sealed class StepAnswer(string title)
{
    public const string UnknownHeading = "### Could not be found out";

    readonly StringBuilder _text = new();
    readonly List<string> _unknown = [];

    public void Fact(string fact, ToolReply from) => _text.Append("- ").Append(fact).Append(' ').Append(from.Cite).Append('\n');

    public void Line(string line = "") => _text.Append(line).Append('\n');

    public void Unknown(string what, ToolReply? from = null) =>
        _unknown.Add(from is null ? what : $"{what}: {from.Error ?? "the answer could not be read"} {from.Cite}");

    public override string ToString()
    {
        var text = $"## {title}\n\n{_text.ToString().Trim()}\n";
        return _unknown.Count == 0 ? text.Trim() : $"{text.TrimEnd()}\n\n{UnknownHeading}\n\n{string.Join('\n', _unknown.Select(item => "- " + item))}".Trim();
    }
}
