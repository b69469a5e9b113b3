using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>A run's copy of its workspace and what became of the changes made there, as the journal tells it.</summary>
public sealed record WorkingCopy(WorkingCopyRequested Wanted)
{
    /// <summary>The copy of the run this one was forked from: the new one is made from it.</summary>
    public WorkingCopyMade? Forked { get; private init; }

    public WorkingCopyMade? Made { get; private init; }

    public WorkingCopyFailed? Failed { get; private init; }

    /// <summary>What the run changed; null while that was not looked at.</summary>
    public ChangesFound? Changes { get; private init; }

    /// <summary>Checks of these changes, in order.</summary>
    public IReadOnlyList<ChangesChecked> Checks { get; private init; } = [];

    /// <summary>The question that stands, if a person was asked.</summary>
    public PromotionApprovalRequested? Asked { get; private init; }

    /// <summary>Its answer.</summary>
    public PromotionDecided? Answer { get; private init; }

    /// <summary>A promotion that was begun and has no outcome.</summary>
    public PromotionStarted? Begun { get; private init; }

    /// <summary>How the last promotion ended.</summary>
    public PromotionEnded? Ended { get; private init; }

    public bool IsPromoted => Ended?.Outcome == PromotionOutcome.Promoted;

    public bool HasChanges => Changes is { } changes && changes.Added + changes.Changed + changes.Removed > 0;

    public bool IsChecked => Checks.Count >= Wanted.Checks.Count && Checks.All(check => check.Passed);

    /// <summary>A person owes an answer.</summary>
    public bool WaitsForPerson => Asked is not null && Answer is null && Begun is null;

    /// <summary>The changes may be written to the workspace now.</summary>
    public bool MayPromote => HasChanges && IsChecked && !IsPromoted && (Answer is { Approved: true } || (!Wanted.Approve && Ended is null));

    internal WorkingCopy Apply(IRunEvent happened) => happened switch
    {
        WorkingCopyMade made when Made is null => this with { Made = made, Failed = null },
        WorkingCopyFailed failed when !IsPromoted && Begun is null => this with { Failed = failed },
        ChangesFound found when !IsPromoted => Untouched with { Changes = found },
        ChangesChecked check when check.Digest == Changes?.Digest && check.Check == Checks.Count => this with { Checks = [.. Checks, check] },
        PromotionApprovalRequested asked when asked.Digest == Changes?.Digest => this with { Asked = asked, Answer = null },
        PromotionDecided decided when decided.Digest == Asked?.Digest && Answer is null => this with { Answer = decided },
        PromotionStarted started when started.Digest == Changes?.Digest => this with { Begun = started },
        PromotionEnded ended when ended.Digest == Changes?.Digest => this with { Begun = null, Ended = ended, Asked = null, Answer = ended.Outcome == PromotionOutcome.Promoted ? Answer : null },
        _ => this,
    };

    /// <summary>The run works on: what was found and said of its changes holds no longer. What is being written comes to its end first.</summary>
    internal WorkingCopy GoOn() => Changes is null || Begun is not null || IsPromoted ? this : Untouched;

    /// <summary>Another run goes on from here: it needs a copy of its own.</summary>
    internal WorkingCopy Fork() => new(Wanted) { Forked = Made ?? Forked };

    WorkingCopy Untouched => new(Wanted) { Forked = Forked, Made = Made };
}

/// <summary>What an executor has to do for a working copy.</summary>
public enum CopyWork
{
    Nothing,
    Make,
    FindChanges,
    Check,
    Promote,
}
