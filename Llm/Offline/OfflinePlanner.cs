using System.Text.Json;
using Agent.Contracts;
using Agent.Llm.Offline.Goals;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline;

/// <summary>The planner's half: a goal's plan as JSON, or <c>{"cannot":"…"}</c>.</summary>
static class OfflinePlanner
{
    const int LongestGoal = 4000;

    static readonly string[] Reading = ["list_files", "search_text", "read_file"];

    public static ChatMessage Answer(IReadOnlyList<ChatMessage> messages)
    {
        var sections = ConversationText.Sections(messages);
        if (sections.TryGetValue("REPLAN", out var why))
        {
            // Rules that led nowhere once lead nowhere twice.
            return Cannot($"The offline model has no second way to this goal. {why}");
        }

        var goal = sections.GetValueOrDefault("GOAL", "");
        return goal.Length <= LongestGoal && GoalReader.Read(goal) is { } tasks
            ? new ChatMessage(ChatRole.Assistant, JsonSerializer.Serialize(PlanFor(tasks), ContractJson.Options))
            : Cannot(OfflineAbilities.List);
    }

    static ChatMessage Cannot(string why) => new(ChatRole.Assistant, JsonSerializer.Serialize(new { cannot = why }, ContractJson.Options));

    static Plan PlanFor(IReadOnlyList<OfflineTask> tasks)
    {
        if (tasks is [OfflineTask.Describe])
        {
            return Describe();
        }

        var steps = new List<PlanStep>();
        foreach (var task in tasks)
        {
            if (task is OfflineTask.Describe)
            {
                // The parts depend on what was to be done before, the next task on the report.
                var before = steps.Count > 0 ? steps[^1].Id : null;
                steps.AddRange(Describe().Steps.Select(part => part with { DependsOn = part.DependsOn.Count > 0 || before is null ? part.DependsOn : [before] }));
                continue;
            }

            var id = tasks.Count == 1 ? NameOf(task) : $"{NameOf(task)}-{steps.Count + 1}";
            steps.Add(Single(id, task) with { DependsOn = steps.Count > 0 ? [steps[^1].Id] : [] });
        }

        return new Plan(tasks.Count == 1 ? $"{steps[0].Title}." : $"{tasks.Count} things, one after the other.", steps);
    }

    static Plan Describe() => new(
        "Survey the files, the projects, the README, the tests and the history at once, then put the facts together.",
        [
            Part("survey", "Count files and lines by language", new OfflineTask.Survey(), "Count the files and lines by language and name the largest files.", ["list_files"]),
            Part("projects", "Find projects and entry points", new OfflineTask.Projects(), "Find the projects (manifests, solutions, build files) and the entry points.", Reading),
            Part("readme", "Read what the README says", new OfflineTask.Readme(), "Find the README in the root and quote what it says the repository is.", ["list_files", "read_file"]),
            Part("tests", "Find the tests", new OfflineTask.Tests(), "Find the tests and count them; do not run them.", Reading),
            Part("history", "Read the recent commits", new OfflineTask.History(), "List the last ten commits, or say that the history could not be found out.", ["git"]),
            new("report", "Put the report together", Instruct("Put the other steps' answers together to a report; keep their citations; list what could not be found out.", new OfflineTask.Report()),
                ["survey", "projects", "readme", "tests", "history"], [], EffectClass.Pure,
                [new(CriterionKind.AnswerGiven), new(CriterionKind.AnswerContains, Text: "## Could not be found out")]),
        ]);

    static PlanStep Part(string id, string title, OfflineTask task, string instruction, IReadOnlyList<string> tools) =>
        new(id, title, Instruct($"{instruction} Each fact names the tool call it came from.", task), [], tools, EffectClass.Pure,
            [new(CriterionKind.AnswerGiven), new(CriterionKind.AnswerContains, Text: $"[{id}.")]);

    static PlanStep Single(string id, OfflineTask task) => task switch
    {
        OfflineTask.CountFiles count => Look(id, count.Pattern is null ? "Count the files" : $"Count the files matching {count.Pattern}", task, ["list_files"]),
        OfflineTask.CountLines count => Look(id, $"Count the lines{(count.Language ?? count.Path) switch { null => "", var of => $" of {of}" }}", task, ["list_files", "search_text"]),
        OfflineTask.CountText count => Look(id, $"Count the lines with “{Short(count.Text)}”", task, ["search_text"]),
        OfflineTask.ListFiles list => Look(id, list.Pattern is null ? "List the files" : $"List the files matching {list.Pattern}", task, ["list_files"]),
        OfflineTask.Search search => Look(id, $"Search for “{Short(search.Text)}”", task, ["search_text"]),
        OfflineTask.Read read => Look(id, $"Read {read.Path}", task, ["read_file", "list_files"]),
        OfflineTask.RunCheck check => new(id, check.Command is null ? "Run the project's tests" : $"Run {Short(string.Join(' ', check.Command))}",
            Instruct("Run the check with run_command and report its exit code and the end of its output.", task), [], [.. Reading, "run_command"], EffectClass.Idempotent,
            [new(CriterionKind.AnswerGiven), new(CriterionKind.Judged, Text: "Did the check pass, by the exit code of its run_command call?")]),
        OfflineTask.Replace replace => new(id, $"Replace “{Short(replace.Old)}” in {replace.Path}",
            Instruct("Replace the text everywhere in the file, literally.", task), [], ["search_text", "edit_file"], EffectClass.Compensatable, ReplaceCriteria(replace)),
        OfflineTask.Write write => new(id, $"Write {write.Path}", Instruct("Write the file with exactly this content.", task), [], ["write_file"], EffectClass.Compensatable,
            [new(CriterionKind.AnswerGiven), new(CriterionKind.FileExists, write.Path), new(CriterionKind.FileContains, write.Path, write.Content)]),
        _ => throw new InvalidOperationException($"{task.GetType().Name} is no single task."),
    };

    static PlanStep Look(string id, string title, OfflineTask task, IReadOnlyList<string> tools) =>
        new(id, title, Instruct($"{title}. Name the tool call the answer came from.", task), [], tools, EffectClass.Pure,
            [new(CriterionKind.AnswerGiven), new(CriterionKind.AnswerContains, Text: $"[{id}.")]);

    static List<AcceptanceCriterion> ReplaceCriteria(OfflineTask.Replace replace)
    {
        List<AcceptanceCriterion> criteria = [new(CriterionKind.AnswerGiven)];
        if (replace.New.Length > 0)
        {
            criteria.Add(new(CriterionKind.FileContains, replace.Path, replace.New));
        }

        if (!replace.New.Contains(replace.Old, StringComparison.Ordinal))
        {
            criteria.Add(new(CriterionKind.FileLacks, replace.Path, replace.Old));
        }

        return criteria;
    }

    static string Instruct(string words, OfflineTask task) => $"{words}\n{task.ToJson()}";

    static string NameOf(OfflineTask task) => task switch
    {
        OfflineTask.CountFiles or OfflineTask.CountLines or OfflineTask.CountText => "count",
        OfflineTask.ListFiles => "list",
        OfflineTask.Search => "search",
        OfflineTask.Read => "read",
        OfflineTask.RunCheck => "check",
        OfflineTask.Replace => "replace",
        OfflineTask.Write => "write",
        _ => "step",
    };

    static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
