using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>What a run changed in its working copy, and what became of it.</summary>
/// <param name="State"><c>making</c>, <c>working</c>, <c>checking</c>, <c>check_failed</c>, <c>waiting</c>, <c>rejected</c>, <c>promoting</c>, <c>promoted</c>, <c>unchanged</c>, <c>failed</c> or <c>not_promoted</c>.</param>
/// <param name="Directory">The working copy.</param>
/// <param name="Digest">Of the difference; an answer names it.</param>
/// <param name="Files">The first of them; the diff has all.</param>
/// <param name="LeftBehind">Changed, and not promoted: git ignores them.</param>
/// <param name="LeftOut">Not in the copy at all.</param>
/// <param name="Commit">Commits were made in the copy, up to this one; they stay there.</param>
/// <param name="Reason">What a person is asked, or why it failed.</param>
/// <param name="Refused">What the last try to promote met, file by file.</param>
public sealed record ChangesView(
    Guid RunId,
    string State,
    string? Directory,
    string? Digest,
    int Added,
    int Changed,
    int Removed,
    IReadOnlyList<FileChange> Files,
    IReadOnlyList<string> LeftBehind,
    IReadOnlyList<string> LeftOut,
    string? Commit,
    IReadOnlyList<CheckView> Checks,
    string? Reason,
    string? Principal,
    string? Comment,
    IReadOnlyList<string> Refused)
{
    /// <summary>Null where the run works in the workspace itself.</summary>
    public static ChangesView? Of(RunState run) => run.WorkingCopy is not { } copy ? null : new ChangesView(
        run.RunId,
        StateOf(run, copy),
        copy.Made?.Directory,
        copy.Changes?.Digest,
        copy.Changes?.Added ?? 0,
        copy.Changes?.Changed ?? 0,
        copy.Changes?.Removed ?? 0,
        copy.Changes?.Files ?? [],
        copy.Changes?.LeftBehind ?? [],
        copy.Made?.LeftOut ?? [],
        copy.Changes?.Commit,
        [.. copy.Wanted.Checks.Select((argv, place) => CheckView.Of(argv, copy.Checks.ElementAtOrDefault(place)))],
        copy.Failed?.Reason ?? (copy.WaitsForPerson ? copy.Asked!.Reason : null),
        copy.Answer?.Principal,
        copy.Answer?.Comment,
        copy.Ended?.Refused ?? []);

    public static string StateOf(RunState run, WorkingCopy copy) =>
        copy.IsPromoted ? "promoted"
        : copy.Begun is not null ? "promoting"
        : copy.Failed is not null ? "failed"
        : copy.Checks.Any(check => !check.Passed) ? "check_failed"
        : copy.Answer is { Approved: false } ? "rejected"
        : copy is { Changes: not null, HasChanges: false } ? "unchanged"
        : run.End is not null ? "not_promoted"
        : copy.Made is null ? "making"
        : copy.Changes is null ? "working"
        : !copy.IsChecked ? "checking"
        : copy.WaitsForPerson ? "waiting"
        : "promoting";
}

/// <summary>One check of the changes.</summary>
/// <param name="State"><c>pending</c>, <c>passed</c> or <c>failed</c>.</param>
public sealed record CheckView(IReadOnlyList<string> Argv, string State, int? ExitCode, string? Output, string? OutputDigest, double? DurationMs, string? Sandbox, string? Rule)
{
    public static CheckView Of(IReadOnlyList<string> argv, ChangesChecked? done) =>
        new(argv, done is null ? "pending" : done.Passed ? "passed" : "failed", done?.ExitCode, done?.Output, done?.OutputDigest, done?.DurationMs, done?.Sandbox, done?.Rule);
}
