using System.Security.Cryptography;
using Agent.Journal.Operators;

namespace Agent.Dashboard.Web.Runs;

/// <summary>What is to be answered with yes beforehand. With <paramref name="RunId"/> and <paramref name="CallId"/> what is left out is taken from that call's question.</summary>
/// <param name="Arguments">Argument name to glob; empty = any arguments. Must be given: that anything goes is said, not forgotten.</param>
/// <param name="AnyWorkspace">True: not only in the workspace given or taken from the call.</param>
/// <param name="Hours">How long it holds; default 8, at most 720.</param>
public sealed record GrantStanding(
    string? Tool, string? Rule, IReadOnlyDictionary<string, string>? Arguments, string? Workspace, bool? AnyWorkspace, double? Hours, int? Uses, string? Comment, Guid? RunId, string? CallId);

/// <summary>Grants standing approvals.</summary>
sealed class StandingGrants(StandingApprovals standing, PendingCalls calls, TimeProvider time)
{
    const double DefaultHours = 8;
    const double MostHours = 720;

    public async Task<GrantOutcome> GrantAsync(GrantStanding wanted, string principal, CancellationToken cancellationToken)
    {
        PendingCall? example = null;
        if (wanted is { RunId: { } runId, CallId: { } callId } && (example = await calls.FindAsync(runId, callId, cancellationToken)) is null)
        {
            return new GrantOutcome.Refused("unknown_approval", $"Nobody was asked about call {callId} of run {runId}.");
        }

        var workspace = wanted.AnyWorkspace is true ? null : wanted.Workspace ?? example?.Workspace;
        if (Mistake(wanted, example, workspace) is { } mistake)
        {
            return new GrantOutcome.Refused("invalid_standing", mistake);
        }

        var grant = new StandingApproval(
            "st-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), wanted.Tool ?? example!.Tool, wanted.Arguments!, workspace, wanted.Rule ?? example!.Rule, example?.ToolVersion, wanted.Uses,
            principal, time.GetUtcNow(), time.GetUtcNow() + TimeSpan.FromHours(wanted.Hours ?? DefaultHours), wanted.Comment);
        await standing.GrantAsync(grant, cancellationToken);
        return new GrantOutcome.Granted(grant);
    }

    static string? Mistake(GrantStanding wanted, PendingCall? example, string? workspace) =>
        string.IsNullOrEmpty(wanted.Tool ?? example?.Tool) ? "Say in \"tool\" which tool, or name a question with \"run_id\" and \"call_id\"."
        : string.IsNullOrEmpty(wanted.Rule ?? example?.Rule) ? "Say in \"rule\" whose question is answered, or name a question with \"run_id\" and \"call_id\"."
        : wanted.Arguments is null ? "Say in \"arguments\" which arguments, as name to glob; {} for any."
        : workspace is null && wanted.AnyWorkspace is not true ? "Say in \"workspace\" where it holds, or \"any_workspace\": true."
        : wanted.Hours is <= 0 or > MostHours ? $"\"hours\" is {wanted.Hours}; it goes up to {MostHours}."
        : wanted.Uses is < 1 ? $"\"uses\" is {wanted.Uses}; it goes from 1, or is left out for no limit."
        : example is { Approvers: > 1 } ? $"Rule {example.Rule} wants {example.Approvers} people; no standing approval answers it."
        : null;
}

/// <summary>Every way a grant can end.</summary>
abstract record GrantOutcome
{
    GrantOutcome()
    {
    }

    public sealed record Granted(StandingApproval Approval) : GrantOutcome;

    /// <summary>The caller's mistake: what is wrong, and the cure.</summary>
    public sealed record Refused(string Code, string Message) : GrantOutcome;
}
