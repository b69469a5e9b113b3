using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Tools;

/// <summary>Answers of standing approvals to questions about calls: only where one person's yes is enough, and each use is taken before it is given.</summary>
sealed class StandingAnswers(StandingApprovals approvals) : IStandingAnswers
{
    public async Task<ApprovalDecided?> AnswerAsync(ToolCall call, ApprovalRequested question)
    {
        var run = call.Step.Run;
        var asked = new StandingQuestion(question.Tool, question.Arguments, run.Workspace, question.Rule, question.ToolVersion);
        if (question.Approvers > 1)
        {
            return null;
        }

        foreach (var grant in await approvals.CoveringAsync(asked, call.Step.Stop))
        {
            var isSubmitter = string.Equals(grant.GrantedBy, run.Principal, StringComparison.OrdinalIgnoreCase);
            if (!(question.NotSubmitter && isSubmitter) && await approvals.TryUseAsync(grant.Id, run.RunId, call.Id, call.Step.Stop))
            {
                return new ApprovalDecided(call.Id, question.StepId, Approved: true, grant.GrantedBy, grant.Comment, Standing: grant.Id);
            }
        }

        return null;
    }

    public async Task<bool> HoldsAsync(ToolCall call, ToolCallState known) =>
        known.ApprovalAnswer?.Standing is not { } id || await approvals.TryUseAsync(id, call.Step.Run.RunId, call.Id, call.Step.Stop);
}
