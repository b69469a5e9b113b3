using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Whether a person's answer to a run's changes still fits. Pure.</summary>
static class ChangesAnswers
{
    /// <param name="digest">The difference the person has read.</param>
    public static Answer Decide(RunState run, string digest, bool approve, string principal, string? comment) => run.WorkingCopy switch
    {
        null => Refuse("no_working_copy", $"Run {run.RunId} works in its workspace itself: there is nothing to promote."),
        { Changes: { } changes } when changes.Digest != digest => Refuse(
            "changes_changed", $"The difference {Short(digest)} is not the present one: {Short(changes.Digest)} is. Read it (GET /runs/{run.RunId}/changes) and answer again."),
        { Answer: { } given } => given.Approved == approve
            ? new Answer(null)
            : Refuse("already_decided", $"The changes were {(given.Approved ? "approved" : "rejected")} by {given.Principal}; the first answer holds."),
        { WaitsForPerson: false } copy => Refuse("nothing_to_promote", $"The changes of run {run.RunId} do not wait for a person: they are {ChangesView.StateOf(run, copy).Replace('_', ' ')}."),
        _ when !approve && string.IsNullOrWhiteSpace(comment) => new Answer(null, new VerbOutcome.Refused(400, "invalid_request", "A rejection needs a reason in \"comment\".")),
        _ => new Answer(new PromotionDecided(digest, approve, principal, comment)),
    };

    static Answer Refuse(string code, string message) => new(null, new VerbOutcome.Refused(409, code, message));

    static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}
