using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Lists files.</summary>
static class ListSkill
{
    const int Most = 200;

    public static string? Run(StepTalk step, OfflineTask.ListFiles list)
    {
        var arguments = new List<(string, object)> { ("max", Most) };
        if (list.Pattern is not null)
        {
            arguments.Add(("pattern", list.Pattern));
        }

        if (list.Path is not null)
        {
            arguments.Add(("path", list.Path));
        }

        var found = step.Ask("list_files", [.. arguments]);
        if (step.IsWaiting)
        {
            return null;
        }

        if (found.Error is not null)
        {
            return $"Not done: {found.Error} {found.Cite}";
        }

        var what = list.Pattern is null ? "" : $" matching `{list.Pattern}`";
        var where = list.Path is null ? "" : $" under `{list.Path}`";
        return found.Paths.Count == 0
            ? $"There are no files{what}{where} {found.Cite}."
            : $"{(found.Body.Contains("… more files", StringComparison.Ordinal) ? "The first " : "")}{FileStatistics.Plural(found.Paths.Count, "file")}{what}{where} {found.Cite}:\n\n{string.Join('\n', found.Paths.Select(path => $"- `{path}`"))}";
    }
}
