using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>One review that was asked for.</summary>
/// <param name="Name">Of its lease, within the run.</param>
/// <param name="StepId">For the record, when the model is away; null for a run's review.</param>
/// <param name="IsWanted">Whether the state still asks for it.</param>
/// <param name="IsCostly">Whether it asks a model or runs a command, which two reviewers must not do at once.</param>
/// <param name="JudgeAsync">Gives the facts to append; the verdict last.</param>
/// <param name="AnnounceAsync">Tells who waits for it that the verdict stands, up to here.</param>
sealed record WantedReview(
    Guid RunId,
    string Name,
    string? StepId,
    Func<RunState, bool> IsWanted,
    Func<RunState, bool> IsCostly,
    Func<RunState, CancellationToken, Task<IReadOnlyList<IRunEvent>>> JudgeAsync,
    Func<JournalHead, Task> AnnounceAsync);
