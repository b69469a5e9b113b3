using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Guardrails.Secrets;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Tools;

/// <summary>One call on its way through the choke point, and the facts it leaves.</summary>
sealed record ToolCall(OwnedStep Step, string Id, string Tool, string ModelCallId)
{
    /// <summary>Null while the tool is not known.</summary>
    public ToolDescription? Description { get; init; }

    /// <summary>What its process would run in; null if it starts none.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Null until it was opened.</summary>
    public Workspace? Workspace { get; init; }

    public ToolCallDecided Decided(JsonElement arguments, Decision decision) => new(
        Id, Step.Step.Id, Step.Attempt, Tool, arguments, Word(decision), decision.Rule, decision.Reason, decision.BundleDigest, ModelCallId);

    /// <summary>That a person gave the call other arguments; null if nobody did, or if it stands in the journal already.</summary>
    public ToolCallEdited? Edit(ToolCallState known, JsonElement arguments, Decision decision) =>
        known is { EditedArguments: not null, ApprovalAnswer: { Approved: true } } && CanonicalJson.Text(known.Arguments) != CanonicalJson.Text(arguments)
            ? new ToolCallEdited(
                Id, Step.Step.Id, Step.Attempt, Tool, known.Decided.Arguments, arguments, known.ApprovalAnswers.Last(answer => answer.Arguments is not null).Principal,
                Word(decision), decision.Rule, decision.Reason, decision.BundleDigest)
            : null;

    public static CallDecision Word(Decision decision) => decision.Ruling switch { Ruling.Allow => CallDecision.Allow, Ruling.Ask => CallDecision.Ask, _ => CallDecision.Deny };

    public ToolCallFinished Finished(ToolCallOutcome outcome, string text, Decision decision, double durationMs = 0, string? shown = null, string sandbox = "none")
    {
        var bounded = OutputBound.HeadAndTail(shown ?? text);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return new ToolCallFinished(
            Id, Step.Step.Id, Step.Attempt, Tool, outcome, bounded, digest, Truncated: bounded != text, durationMs,
            new ToolProvenance(Description?.Version ?? "", Description?.Hash, sandbox, decision.BundleDigest, decision.Rule, Description?.Endpoint), Injection.IsSuspected(bounded));
    }
}
