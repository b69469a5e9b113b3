namespace Agent.Dashboard.Web.Runs;

/// <summary>What a submission must be like; each answer names the input, what is wrong and the cure.</summary>
static class SubmissionRules
{
    public const int LongestGoal = 20_000;

    public const int LongestKey = 200;

    public static SubmissionOutcome.Refused? FirstMistake(Submission submission) =>
        Goal(submission.Goal) ?? Workspace(submission.Workspace) ?? Key(submission.IdempotencyKey) ?? Priority(submission.Priority);

    static SubmissionOutcome.Refused? Goal(string? goal)
    {
        if (string.IsNullOrWhiteSpace(goal))
        {
            return new("invalid_goal", "The goal is empty. Say in \"goal\" what is to be done, for example \"Describe this repository\".");
        }

        return goal.Length > LongestGoal
            ? new("invalid_goal", $"The goal has {goal.Length} characters; at most {LongestGoal} are taken. Put the long part into a file of the workspace and name it in the goal.")
            : null;
    }

    static SubmissionOutcome.Refused? Workspace(string? workspace)
    {
        if (string.IsNullOrWhiteSpace(workspace))
        {
            return new("invalid_workspace", "No workspace is given. Put the absolute path of an existing directory into \"workspace\".");
        }

        if (workspace.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(workspace))
        {
            return new("invalid_workspace", $"The workspace \"{workspace.Replace("\0", "\\0", StringComparison.Ordinal)}\" is not an absolute path. Give the whole path, starting with \"/\".");
        }

        if (File.Exists(workspace))
        {
            return new("invalid_workspace", $"The workspace \"{workspace}\" is a file. Give the directory it lies in.");
        }

        if (!Directory.Exists(workspace))
        {
            return new("invalid_workspace", $"The workspace \"{workspace}\" does not exist on the machine the suite runs on. Create it, or give another directory.");
        }

        return IsReadable(workspace)
            ? null
            : new("invalid_workspace", $"The workspace \"{workspace}\" can not be read by the suite. Give the user it runs as read and search permission, or choose another directory.");
    }

    static SubmissionOutcome.Refused? Key(string? key) =>
        key is null || (key.Length is > 0 and <= LongestKey && key.All(character => character is > ' ' and <= '~'))
            ? null
            : new("invalid_idempotency_key", $"The Idempotency-Key must be 1 to {LongestKey} printable ASCII characters without spaces. A fresh UUID is a good one.");

    public static bool IsPriority(int priority) => priority is >= 0 and <= 9;

    static SubmissionOutcome.Refused? Priority(int? priority) =>
        priority is { } given && !IsPriority(given) ? new("invalid_priority", $"The priority {given} is not between 0 (last) and 9 (first); 5 is what a run has without one.") : null;

    static bool IsReadable(string directory)
    {
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            entries.MoveNext();
            return true;
        }
        catch (Exception unreadable) when (unreadable is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
