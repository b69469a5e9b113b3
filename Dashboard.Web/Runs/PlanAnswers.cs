using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Whether a person's answer to a plan that waits for a signature still fits. Pure.</summary>
static class PlanAnswers
{
    /// <param name="version">The version the person has read; null = the present one.</param>
    public static Answer Sign(RunState run, int? version, bool approve, string principal, string? comment) =>
        version is { } read && read != run.PlanVersion
            ? Refuse("plan_changed", $"Version {read} of the plan is not the present one: version {run.PlanVersion} is. Read it (GET /runs/{run.RunId}/plan) and answer again.")
        : run.SignOff is { Answer: { } given }
            ? given.Approved == approve
                ? new Answer(null)
                : Refuse("already_decided", $"Version {given.Version} of the plan was {(given.Approved ? "signed" : "rejected")} by {given.Principal}; the first answer holds.")
        : run.SignOff is null
            ? Refuse("nothing_to_sign", $"No plan of run {run.RunId} waits for a signature.")
        : !approve && string.IsNullOrWhiteSpace(comment)
            ? new Answer(null, new VerbOutcome.Refused(400, "invalid_request", "A rejection needs a reason in \"comment\": the next plan is made with it."))
            : new Answer(new PlanSignOffDecided(run.PlanVersion, approve, principal, comment));

    /// <summary>Another plan in place of the one that waits, signed by who wrote it.</summary>
    public static Answer Replace(RunState run, int? version, Plan plan, string principal, string? comment) =>
        Sign(run, version, approve: true, principal, comment) switch
        {
            { Refusal: not null } refused => refused,
            { Fact: null } => Refuse("already_decided", $"Version {run.PlanVersion} of the plan was signed by {run.SignOff!.Answer!.Principal}; propose another one with POST /runs/{run.RunId}/plan."),
            _ => new Answer(new PlanProposed(plan, principal, comment, Signed: true)),
        };

    static Answer Refuse(string code, string message) => new(null, new VerbOutcome.Refused(409, code, message));
}
