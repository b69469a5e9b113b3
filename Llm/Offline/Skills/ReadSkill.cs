using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Shows a file.</summary>
static class ReadSkill
{
    const int MostLines = 200;

    public static string? Run(StepTalk step, OfflineTask.Read read)
    {
        var path = read.Path;
        var text = step.Ask("read_file", ("path", path), ("max_lines", MostLines));
        if (step.IsWaiting)
        {
            return null;
        }

        if (text.Error is not null && !path.Contains('.', StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal))
        {
            // "Read the README" means README.md where there is one.
            var list = step.Ask("list_files", ("pattern", ReadmeSkill.AnyCase(path) + "*"), ("max", 20));
            if (step.IsWaiting)
            {
                return null;
            }

            if (list.Paths.FirstOrDefault(candidate => !candidate.Contains('/', StringComparison.Ordinal)) is { } found)
            {
                path = found;
                text = step.Ask("read_file", ("path", path), ("max_lines", MostLines));
                if (step.IsWaiting)
                {
                    return null;
                }
            }
        }

        if (text.Error is not null)
        {
            return $"Not done: {text.Error} {text.Cite}";
        }

        // Indented, not fenced: the file may hold fences of its own.
        var lines = text.Body.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Take(MostLines).Select(line => "    " + line);
        return $"`{path}`, its first {MostLines} lines at most {text.Cite}:\n\n{string.Join('\n', lines)}";
    }
}
