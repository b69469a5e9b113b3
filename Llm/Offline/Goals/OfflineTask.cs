using System.Text.Json;
using System.Text.Json.Serialization;
using Agent.Contracts;

namespace Agent.Llm.Offline.Goals;

/// <summary>Something the offline model can do. The planner half writes it as the last line of a step's instruction, the executor half reads it there:
/// <c>{"do":"replace","old":"a","new":"b","path":"f.txt"}</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Describe), "describe")]
[JsonDerivedType(typeof(Survey), "survey")]
[JsonDerivedType(typeof(Projects), "projects")]
[JsonDerivedType(typeof(Readme), "readme")]
[JsonDerivedType(typeof(Tests), "tests")]
[JsonDerivedType(typeof(History), "history")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(CountFiles), "count_files")]
[JsonDerivedType(typeof(CountLines), "count_lines")]
[JsonDerivedType(typeof(CountText), "count_text")]
[JsonDerivedType(typeof(ListFiles), "list_files")]
[JsonDerivedType(typeof(Search), "search")]
[JsonDerivedType(typeof(Read), "read")]
[JsonDerivedType(typeof(RunCheck), "run_check")]
[JsonDerivedType(typeof(Replace), "replace")]
[JsonDerivedType(typeof(Write), "write")]
abstract record OfflineTask
{
    public sealed record Describe : OfflineTask;

    public sealed record Survey : OfflineTask;

    public sealed record Projects : OfflineTask;

    public sealed record Readme : OfflineTask;

    public sealed record Tests : OfflineTask;

    public sealed record History : OfflineTask;

    /// <summary>Puts the other steps' answers together.</summary>
    public sealed record Report : OfflineTask;

    /// <param name="Pattern">Glob; null = all.</param>
    public sealed record CountFiles(string? Pattern) : OfflineTask;

    /// <param name="Language">As the file statistics name it; null = all.</param>
    /// <param name="Path">One file; null = the workspace.</param>
    public sealed record CountLines(string? Language, string? Path) : OfflineTask;

    public sealed record CountText(string Text, string? In) : OfflineTask;

    public sealed record ListFiles(string? Pattern, string? Path) : OfflineTask;

    public sealed record Search(string Text, string? In) : OfflineTask;

    public sealed record Read(string Path) : OfflineTask;

    /// <param name="Command">Words of the command; null = find the project's own check.</param>
    public sealed record RunCheck(IReadOnlyList<string>? Command) : OfflineTask;

    public sealed record Replace(string Old, string New, string Path) : OfflineTask;

    public sealed record Write(string Path, string Content) : OfflineTask;

    public string ToJson() => JsonSerializer.Serialize(this, ContractJson.Options);

    /// <summary>The task an instruction ends with, or the one its words ask for; null if neither is known.</summary>
    public static OfflineTask? FromInstruction(string instruction)
    {
        var start = instruction.LastIndexOf("{\"do\":", StringComparison.Ordinal);
        if (start >= 0)
        {
            try
            {
                return JsonSerializer.Deserialize<OfflineTask>(instruction[start..].Trim(), ContractJson.Options);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return GoalReader.Read(instruction) is [var only] ? only : null;
    }
}
