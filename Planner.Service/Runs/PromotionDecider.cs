using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>The part of the decision that looks at a run's working copy: made before anything begins; its changes looked at, checked, approved and promoted before the run succeeds.</summary>
static class PromotionDecider
{
    /// <summary>What is being written to the workspace is brought to its end, and what was written is done, whatever else is wanted of the run.</summary>
    public static RunDecision? BeforeAllElse(RunState state, DateTimeOffset now) => state.WorkingCopy switch
    {
        { Begun: not null } => Tend(state, "the changes to be written to the workspace"),
        { IsPromoted: true } => RunDecision.Append(RunEnds.Succeeded(state, now)),
        _ => null,
    };

    /// <returns>Null where steps may begin.</returns>
    public static RunDecision? BeforeSteps(RunState state, DateTimeOffset now, RunOptions options) => state.WorkingCopy switch
    {
        // What has begun in the workspace is not moved by a rule that came later.
        null when state.IsUntouched && options.WorkingCopy is { } wanted => RunDecision.Append(new WorkingCopyRequested(wanted.Checks, wanted.Approve, "Policy wants it for this workspace.")),
        { Failed: { } failed } copy => RunDecision.Append(RunEnds.Failed(
            state, StopReason.Infrastructure, copy.Made is { } made ? $"The working copy {made.Directory} can not be promoted: {failed.Reason}" : $"No working copy could be made: {failed.Reason}", now)),
        { Made: null } => Tend(state, "its working copy to be made"),
        _ => null,
    };

    /// <returns>Null where nothing is left to promote.</returns>
    public static RunDecision? BeforeTheEnd(RunState state, DateTimeOffset now)
    {
        if (state.WorkingCopy is not { } copy || copy is { Changes: not null, HasChanges: false })
        {
            return null;
        }

        if (copy.Changes is not { } changes)
        {
            return Tend(state, "the run's changes to be looked at");
        }

        if (copy.Checks.FirstOrDefault(check => !check.Passed) is { } broken)
        {
            return RunDecision.Append(RunEnds.Failed(state, StopReason.ReviewFailed, $"{Told(broken)} The changes were not promoted; they are kept in {copy.Made!.Directory}.", now));
        }

        if (copy.Answer is { Approved: false } rejected)
        {
            var why = rejected.Comment is { Length: > 0 } comment ? $": {comment}" : ".";
            return RunDecision.Append(RunEnds.Stopped(state, StopReason.Operator, $"{rejected.Principal} rejected the changes{why} They were not promoted; they are kept in {copy.Made!.Directory}.", now));
        }

        return !copy.IsChecked ? Tend(state, $"check {copy.Checks.Count + 1} of {copy.Wanted.Checks.Count}: {string.Join(' ', copy.Wanted.Checks[copy.Checks.Count])}")
            : copy.MayPromote ? Tend(state, "the changes to be promoted")
            : copy.Asked is null ? RunDecision.Append(new PromotionApprovalRequested(changes.Digest, Question(copy)))
            : RunDecision.Wait("a person to approve the changes");
    }

    static string Question(WorkingCopy copy) => copy.Ended is { } ended
        ? $"{(ended.Outcome == PromotionOutcome.Conflict ? "The workspace was changed meanwhile" : "The changes could not be written")}: {string.Join("; ", ended.Refused)}. Put that right and promote them again, or reject them."
        : "Policy wants a person to approve what changes in this workspace.";

    static string Told(ChangesChecked check) =>
        $"Check `{string.Join(' ', check.Argv)}` {(check.ExitCode is { } code and not 0 ? $"failed with exit code {code}" : "did not pass")}{(LastWords(check.Output) is { Length: > 0 } words ? $": {words}" : "")}.";

    static string LastWords(string output)
    {
        const int Most = 300;
        var text = output.ReplaceLineEndings(" ").Trim();
        return (text.Length > Most ? "…" + text[^Most..] : text).TrimEnd('.');
    }

    static RunDecision Tend(RunState state, string waitsFor) => RunDecision.Wait(
        waitsFor,
        new OwedMessage(new TendWorkingCopy(state.RunId), ((int)state.OwedToCopy * 1000) + (state.WorkingCopy?.Checks.Count ?? 0), UnlessHeld: LeaseOf(state.RunId)));

    /// <summary>Held by the executor that tends a run's copy.</summary>
    public static string LeaseOf(Guid runId) => $"copy:{runId:N}";
}
