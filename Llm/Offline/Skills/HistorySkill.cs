namespace Agent.Llm.Offline.Skills;

/// <summary>Recent commits, if the workspace is a git repository.</summary>
static class HistorySkill
{
    public static string? Run(StepTalk step)
    {
        var log = step.Ask("git", ("args", new[] { "log", "-n", "10", "--date=short", "--pretty=format:%h%x09%ad%x09%an%x09%s", "--", "." }));
        var status = step.Ask("git", ("args", new[] { "status", "--porcelain", "--", "." }));
        if (step.IsWaiting)
        {
            return null;
        }

        var answer = new StepAnswer("Recent commits");
        if (log.Error is not null || log.Json is null)
        {
            answer.Unknown("Its history", log);
            return answer.ToString();
        }

        if (log.Number("exit_code") != 0)
        {
            answer.Unknown(log.Text("stderr").Contains("not a git repository", StringComparison.OrdinalIgnoreCase)
                ? $"Its history: it is not a git repository {log.Cite}"
                : $"Its history: git says “{FirstLine(log.Text("stderr"))}” {log.Cite}");
            return answer.ToString();
        }

        var commits = log.Text("stdout").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t', 4)).Where(parts => parts.Length == 4).ToList();
        if (commits.Count == 0)
        {
            answer.Fact("It is a git repository without commits that touch this directory.", log);
            return answer.ToString();
        }

        answer.Line($"The last {FileStatistics.Plural(commits.Count, "commit")} {log.Cite}:");
        answer.Line();
        foreach (var commit in commits)
        {
            answer.Line($"- `{commit[0]}` {commit[1]} {commit[2]}: {commit[3]}");
        }

        answer.Line();
        ReportStatus(answer, status);
        return answer.ToString();
    }

    static void ReportStatus(StepAnswer answer, ToolReply status)
    {
        if (status.Error is not null || status.Json is null || status.Number("exit_code") != 0)
        {
            answer.Unknown($"Whether there are uncommitted changes {status.Cite}");
            return;
        }

        var changed = status.Text("stdout").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        answer.Fact(changed == 0 ? "The working tree is clean." : $"{FileStatistics.Plural(changed, "path")} with uncommitted changes.", status);
    }

    static string FirstLine(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        return line.Length == 0 ? "nothing" : line;
    }
}
