using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Writes a small file.</summary>
static class WriteSkill
{
    public static string? Run(StepTalk step, OfflineTask.Write write)
    {
        var content = write.Content.EndsWith('\n') ? write.Content : write.Content + "\n";
        var written = step.Ask("write_file", ("path", write.Path), ("content", content));
        if (step.IsWaiting)
        {
            return null;
        }

        return written.Error is not null
            ? $"Not done: {written.Error} {written.Cite}"
            : $"{(written.Flag("created") ? "Wrote the new file" : "Overwrote")} `{write.Path}`, {FileStatistics.Plural(written.Number("bytes"), "byte")} {written.Cite}.";
    }
}
