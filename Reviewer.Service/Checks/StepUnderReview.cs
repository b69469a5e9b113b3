using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Llm.Offline;

namespace Agent.Reviewer.Service.Checks;

/// <summary>An executed step, with all a check may look at.</summary>
sealed record StepUnderReview(RunState Run, StepState Step)
{
    /// <summary>How an executor's answer says that the step was not done.</summary>
    public const string NotDone = "Not done:";

    public string Answer => Step.Answer ?? "";

    /// <summary>Where the step worked: the run's working copy, if it has one.</summary>
    public string Workspace => Run.Directory;

    /// <summary>Calls of the present attempt, in order.</summary>
    public IEnumerable<ToolCallState> Calls => Step.CallIds.Select(id => Run.Calls[id]);

    /// <summary>Fixed rules give the same answer to the same question: asking again is waste.</summary>
    public bool IsByRules => Step.Replies is [.., { Model: OfflineChatClient.ModelId }];

    public Verdict IfNotGood => IsByRules ? Verdict.Fail : Verdict.Retry;
}
