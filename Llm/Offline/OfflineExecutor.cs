using Agent.Llm.Offline.Goals;
using Agent.Llm.Offline.Skills;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline;

/// <summary>The executor's half: the next tool calls of a step, or its answer.</summary>
static class OfflineExecutor
{
    public static ChatMessage Answer(IReadOnlyList<ChatMessage> messages)
    {
        var step = new StepTalk(messages);
        var answer = OfflineTask.FromInstruction(step.Instruction) is { } task
            ? Run(step, task)
            : $"Not done: the offline model does not know this instruction.\n\n{OfflineAbilities.List}";

        return step.PendingCalls.Count > 0
            ? new ChatMessage(ChatRole.Assistant, [.. step.PendingCalls])
            : new ChatMessage(ChatRole.Assistant, answer ?? "Not done: the step came to no answer.");
    }

    static string? Run(StepTalk step, OfflineTask task) => task switch
    {
        OfflineTask.Survey => SurveySkill.Run(step),
        OfflineTask.Projects => ProjectsSkill.Run(step),
        OfflineTask.Readme => ReadmeSkill.Run(step),
        OfflineTask.Tests => TestsSkill.Run(step),
        OfflineTask.History => HistorySkill.Run(step),
        OfflineTask.Report => ReportSkill.Run(step),
        OfflineTask.CountFiles count => CountSkill.Files(step, count),
        OfflineTask.CountLines count => CountSkill.Lines(step, count),
        OfflineTask.CountText count => CountSkill.Text(step, count),
        OfflineTask.ListFiles list => ListSkill.Run(step, list),
        OfflineTask.Search search => SearchSkill.Run(step, search),
        OfflineTask.Read read => ReadSkill.Run(step, read),
        OfflineTask.RunCheck check => RunCheckSkill.Run(step, check),
        OfflineTask.Replace replace => ReplaceSkill.Run(step, replace),
        OfflineTask.Write write => WriteSkill.Run(step, write),
        _ => "Not done: this is a whole goal, not a step.",
    };
}
