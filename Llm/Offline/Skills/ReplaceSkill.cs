using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Replaces a literal text in one file, everywhere it stands.</summary>
static class ReplaceSkill
{
    public static string? Run(StepTalk step, OfflineTask.Replace replace)
    {
        var before = step.Ask("search_text", ("pattern", replace.Old), ("path", replace.Path), ("max", 20));
        if (step.IsWaiting)
        {
            return null;
        }

        if (before.Error is not null || before.Json is null)
        {
            return $"Not done: {before.Error ?? "the tool's answer could not be read"} {before.Cite}";
        }

        if (before.Number("total") == 0)
        {
            return $"Not done: `{replace.Old}` does not stand in `{replace.Path}` {before.Cite}; nothing was changed.";
        }

        var edit = step.Ask("edit_file", ("path", replace.Path), ("old", replace.Old), ("new", replace.New), ("all", true));
        if (step.IsWaiting)
        {
            return null;
        }

        return edit.Error is not null
            ? $"Not done: {edit.Error} {edit.Cite}"
            : $"Replaced `{replace.Old}` with `{replace.New}` in `{replace.Path}`, {FileStatistics.Plural(edit.Number("replacements"), "time")} {edit.Cite}. It stood in {FileStatistics.Plural(before.Number("total"), "line")} {before.Cite}.";
    }
}
