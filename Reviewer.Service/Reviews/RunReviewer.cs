using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Llm.Offline;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>Recomputes a run's hash chain.</summary>
delegate Task<ChainVerdict> VerifyChain(Guid runId, CancellationToken cancellationToken);

/// <summary>Judges a run whose steps are all accepted: by the journal first, then by the model.</summary>
sealed class RunReviewer(VerifyChain verify, Judgement judgement)
{
    public async Task<IReadOnlyList<IRunEvent>> ReviewAsync(RunState run, CancellationToken cancellationToken)
    {
        var chain = await verify(run.RunId, cancellationToken);
        var unknown = run.Calls.Values.Where(call => call is { Started: not null, Finished: null, Resolved: null }).Select(call => call.Decided.CallId).ToList();
        List<Finding> findings =
        [
            new("the journal's chain holds", chain.Holds, chain.Holds ? $"{chain.Entries} entries up to {chain.Head.Hash[..12]}" : $"broken at {chain.BrokenAt}: {chain.Reason}", Verdict.Fail),
            new("every step is accepted", run.AreAllAccepted, $"{run.Steps.Count} steps", Verdict.Replan),
            new("the outcome of every tool call is known", unknown.Count == 0, unknown.Count == 0 ? $"{run.Calls.Count} calls" : $"not of {string.Join(", ", unknown)}", Verdict.Escalate),
        ];

        // Fixed rules can not judge a whole: each step was checked, and nothing is to be added.
        if (findings.TrueForAll(finding => finding.Passed) && run.Model != OfflineChatClient.ModelId)
        {
            findings.Add(await judgement.AskAsync(Question(run), cancellationToken));
        }

        var (verdict, feedback) = StepVerdict.Of(findings);
        return [.. findings.SelectMany(finding => finding.Facts ?? []), new RunReviewed(run.PlanVersion, verdict, feedback, [.. findings.Select(finding => finding.Result)])];
    }

    static JudgementQuestion Question(RunState run)
    {
        var needed = run.Steps.SelectMany(step => step.Definition.DependsOn).ToHashSet(StringComparer.Ordinal);
        var answers = run.Steps.Where(step => !needed.Contains(step.Id)).Select(step => $"{step.Id}: {step.Answer}");
        return new JudgementQuestion(run, null, run.PlanVersion, "Does the result reach the goal, as far as the evidence shows?", string.Join("\n\n", answers), [.. run.Calls.Values]);
    }
}
