using System.Globalization;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools;

/// <summary>What a person is asked about a call, and whether what they approved is still what would happen.</summary>
sealed class CallQuestions(IToolPolicy policy, IToolActs acts, IStandingAnswers standing, IOptions<StepOptions> options, TimeProvider time)
{
    public bool IsOpen(ApprovalRequested asked) => time.GetUtcNow() <= asked.ExpiresAt;

    public async Task<ApprovalRequested> AskAsync(ToolCall call, PreparedCall prepared, Decision decision) => new(
        call.Id, call.Step.Step.Id, call.Step.Attempt, call.Tool, prepared.Arguments, decision.Rule, decision.Reason, decision.BundleDigest,
        time.GetUtcNow() + (options.Value.ApprovalTime < policy.ApprovalTime ? options.Value.ApprovalTime : policy.ApprovalTime),
        call.Description!.Hash ?? call.Description.Version,
        await acts.IsolationAsync(prepared),
        Math.Max(1, decision.Demand.Approvers), decision.Demand.NotSubmitter);

    /// <summary>What changed since the question was asked; nothing means that exactly what was approved would happen.</summary>
    public async Task<IReadOnlyList<ApprovalDifference>> DifferencesAsync(ToolCall call, ToolCallState known, PreparedCall prepared, Decision decision)
    {
        var (asked, now) = (known.Approval!, await AskAsync(call, prepared, decision));

        // Arguments a person wrote are what they approved; how they read once normalised is not a change.
        var approved = known.EditedArguments is null ? asked.Arguments : now.Arguments;
        return [.. new[]
        {
            new ApprovalDifference("arguments", CanonicalJson.Text(approved), CanonicalJson.Text(now.Arguments)),
            new ApprovalDifference("tool_definition", asked.ToolVersion ?? "", now.ToolVersion ?? ""),
            new ApprovalDifference("bundle", asked.BundleDigest, now.BundleDigest),
            new ApprovalDifference("rule", asked.Rule, now.Rule),
            new ApprovalDifference("sandbox", asked.Sandbox ?? "", now.Sandbox ?? ""),
            new ApprovalDifference("approvers", Demand(asked), Demand(now)),
            new ApprovalDifference("standing_approval", "holds", await standing.HoldsAsync(call, known) ? "holds" : "was revoked, has expired or is used up"),
        }.Where(one => one.Asked != one.Now)];
    }

    static string Demand(ApprovalRequested question) => question.Approvers.ToString(CultureInfo.InvariantCulture) + (question.NotSubmitter ? ", not the submitter" : "");
}

static class WantedArguments
{
    extension(ToolCallState call)
    {
        /// <summary>What the call is to be made with, not yet normalised where a person wrote it.</summary>
        public JsonElement Wanted => call.ApprovalAnswer is { Approved: true } && call.EditedArguments is { } edited ? edited : call.Arguments;
    }
}
