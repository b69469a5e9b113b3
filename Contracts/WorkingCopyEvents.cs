using System.Text.Json.Serialization;

namespace Agent.Contracts;

/// <summary>The run works in a copy of its workspace, because policy wants it. By the planner, before anything of the run begins; what stands here holds to the run's end.</summary>
/// <param name="Checks">Commands that must succeed in the copy before its changes are promoted, each as argv.</param>
/// <param name="Approve">A person approves the difference first.</param>
public sealed record WorkingCopyRequested(IReadOnlyList<IReadOnlyList<string>> Checks, bool Approve, string Reason) : IRunEvent;

/// <summary>The copy is there; steps, checks and reviews work in it. By the executor.</summary>
/// <param name="Directory">Absolute.</param>
/// <param name="BaseDigest">SHA-256 (hex) of the list of what was copied: a change is what differs from it.</param>
/// <param name="LeftOut">What could not be copied, and why; the first of them.</param>
/// <param name="Commit">Where git's HEAD was, if the workspace is a repository.</param>
public sealed record WorkingCopyMade(string Directory, string BaseDigest, long Files, long Bytes, IReadOnlyList<string> LeftOut, string? Commit = null) : IRunEvent;

/// <summary>No copy could be made, or what was changed in it can not be told; the run ends. By the executor.</summary>
public sealed record WorkingCopyFailed(string Reason) : IRunEvent;

/// <summary>What the run changed in its copy. By the executor, once all steps are accepted; again if the copy turns out to be another by then, and earlier checks and answers are void.</summary>
/// <param name="Digest">SHA-256 (hex) of the list of changes with the digests of old and new content; the artefact of that name holds it whole. Answers are bound to it.</param>
/// <param name="Files">The first of them.</param>
/// <param name="DiffDigest">Artefact with the unified diff.</param>
/// <param name="LeftBehind">Changes that are not promoted: files that git ignores; the first of them.</param>
/// <param name="Commit">Where git's HEAD of the copy is now, if that is not where it was: commits stay in the copy.</param>
public sealed record ChangesFound(
    string Digest, int Added, int Changed, int Removed, IReadOnlyList<FileChange> Files, string DiffDigest, IReadOnlyList<string> LeftBehind, string? Commit = null) : IRunEvent;

/// <summary>One file of a difference.</summary>
/// <param name="Path">Relative to the workspace.</param>
/// <param name="Size">Of the new content; of the old one where it was removed.</param>
/// <param name="Note">What a diff of lines can not show: a mode, a link's target.</param>
public sealed record FileChange(string Path, FileChangeKind Change, long Size, bool IsBinary = false, int LinesAdded = 0, int LinesRemoved = 0, string? Note = null);

/// <summary>What happened to a file.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FileChangeKind>))]
public enum FileChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>Content, mode or kind are others.</summary>
    Changed,

    /// <summary>It is gone.</summary>
    Removed,
}

/// <summary>A check hook ended. By the executor.</summary>
/// <param name="Digest">The difference that was checked.</param>
/// <param name="Check">0-based place among the checks asked for.</param>
/// <param name="ExitCode">Null if it did not end by itself, or was not begun.</param>
/// <param name="Output">Bounded, head and tail kept.</param>
/// <param name="OutputDigest">SHA-256 (hex) of the whole output; the artefact's name when <paramref name="Truncated"/>.</param>
/// <param name="Rule">Of the policy rule that let it run, or did not.</param>
public sealed record ChangesChecked(
    string Digest, int Check, IReadOnlyList<string> Argv, bool Passed, int? ExitCode, string Output, string OutputDigest, bool Truncated, double DurationMs,
    string Sandbox, string Rule, string BundleDigest) : IRunEvent;

/// <summary>A person is to say whether the changes are promoted. By the planner.</summary>
/// <param name="Reason">Why a person is asked: policy wants it, or the last try was refused and for what.</param>
public sealed record PromotionApprovalRequested(string Digest, string Reason) : IRunEvent;

/// <summary>A person approved the changes of this digest or rejected them. By the door.</summary>
public sealed record PromotionDecided(string Digest, bool Approved, string Principal, string? Comment = null) : IRunEvent;

/// <summary>Intent: from here on files of the workspace may be written. By the executor.</summary>
public sealed record PromotionStarted(string Digest, int Files) : IRunEvent;

/// <summary>Outcome of a promotion. By the executor.</summary>
/// <param name="Written">Files of the difference that the workspace has now.</param>
/// <param name="Refused">Files that kept it from being done whole, each with the reason.</param>
public sealed record PromotionEnded(string Digest, PromotionOutcome Outcome, int Written, IReadOnlyList<string> Refused) : IRunEvent;

/// <summary>How a promotion ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PromotionOutcome>))]
public enum PromotionOutcome
{
    /// <summary>The workspace has all of the difference.</summary>
    Promoted,

    /// <summary>The workspace was changed meanwhile where the difference is: nothing more was written.</summary>
    Conflict,

    /// <summary>Something could not be written.</summary>
    Failed,
}
