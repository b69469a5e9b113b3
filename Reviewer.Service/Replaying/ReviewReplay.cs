using System.Globalization;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Reviewer.Service.Checks;
using Agent.Reviewer.Service.Reviews;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Replaying;

/// <summary>Plays the reviewers' part of a run again: each verdict is reached again by the very reviewers, with the model and the checks that look at the world answered from the record.</summary>
sealed class ReviewReplay(IOptions<CheckOptions> options, TimeProvider time)
{
    static readonly CriterionKind[] LooksAtTheWorld =
        [CriterionKind.FileExists, CriterionKind.FileContains, CriterionKind.FileLacks, CriterionKind.CommandSucceeds, CriterionKind.JsonMatches];

    public async Task<ReplayPart> PlayAsync(RecordedRun run, PolicyBundle? policies, CancellationToken cancellationToken)
    {
        var compared = 0;
        var (state, applied) = (run.StateAfter(run.TakenOver), run.TakenOver);
        for (var index = run.TakenOver; index < run.Entries.Count; index++)
        {
            if (!IsOurs(run.Entries[index].Event))
            {
                continue;
            }

            // Replies and verdict are one append: the review saw the run as it stood before them.
            var first = index;
            while (first > applied && run.Entries[first - 1].Event is ModelReplied { Role: "reviewer" })
            {
                first--;
            }

            for (; applied < first; applied++)
            {
                state.Apply(run.Entries[applied]);
            }

            var recorded = run.Entries.Skip(first).Take(index - first + 1).ToList();
            if (await PlayAsync(run, state, recorded, policies, cancellationToken) is { } divergence)
            {
                return new ReplayPart(run.RunId, run.Entries.Count, compared, run.TakenOver, divergence);
            }

            compared += recorded.Count;
        }

        return new ReplayPart(run.RunId, run.Entries.Count, compared, run.TakenOver, null);
    }

    async Task<ReplayDivergence?> PlayAsync(RecordedRun run, RunState state, List<JournalEntry> recorded, PolicyBundle? policies, CancellationToken cancellationToken)
    {
        using var model = new RecordedJudge(recorded.Select(entry => entry.Event).OfType<ModelReplied>());
        var judgement = new Judgement(model, options, time);
        IReadOnlyList<IRunEvent> made;
        try
        {
            switch (recorded[^1].Event)
            {
                case StepReviewed reviewed when state.Steps.FirstOrDefault(step => step.Id == reviewed.StepId && step.Attempt == reviewed.Attempt) is { } step:
                    var under = new StepUnderReview(state, step);
                    if (policies is not null && CommandsUnder.Divergence(policies, under, reviewed, recorded[^1]) is { } otherwise)
                    {
                        return otherwise;
                    }

                    made = await Reviewer(judgement, under, reviewed.Checks).ReviewAsync(under, cancellationToken);
                    break;
                case RunReviewed reviewed:
                    made = await new RunReviewer((_, _) => Task.FromResult(Chain(run, reviewed)), judgement).ReviewAsync(state, cancellationToken);
                    break;
                default:
                    // Another plan does not have the step; that it was dispatched is the planner's to find.
                    return null;
            }
        }
        catch (RecordLeftException left)
        {
            return new ReplayDivergence(recorded[^1].Sequence, recorded[^1].Type, left.Expected, Comparison.Text(recorded[^1].Event), "The review asks for more than it did: by another plan or version of the program, or an entry before was changed.");
        }

        for (var at = 0; at < recorded.Count; at++)
        {
            if (at >= made.Count || !Comparison.IsSame(made[at], recorded[at].Event))
            {
                var (wanted, got) = at < made.Count ? Comparison.Tell(made[at], recorded[at].Event) : ("nothing", Comparison.Text(recorded[at].Event));
                return new ReplayDivergence(recorded[at].Sequence, recorded[at].Type, wanted, got, Why(recorded[at].Event));
            }
        }

        return null;
    }

    static StepReviewer Reviewer(Judgement judgement, StepUnderReview under, IReadOnlyList<CheckResult> results)
    {
        // The first result is of the citations, which every review looks at.
        var byCriterion = StepReviewer.CriteriaOf(under).Zip(results.Skip(1)).ToDictionary(pair => pair.First, pair => pair.Second);
        return new StepReviewer([new AnswerGivenCheck(), new AnswerContainsCheck(), new JudgedCheck(judgement), .. LooksAtTheWorld.Select(kind => new RecordedCheck(kind, byCriterion))]);
    }

    /// <summary>What the chain was found to be: so many entries of this very record.</summary>
    static ChainVerdict Chain(RecordedRun run, RunReviewed reviewed) =>
        reviewed.Checks is [{ Passed: true, Evidence: var evidence }, ..] && int.TryParse(evidence.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= run.Entries.Count
            ? new ChainVerdict(count, count == 0 ? JournalHead.Empty : run.Entries[count - 1].Head, null, null)
            : new ChainVerdict(0, JournalHead.Empty, 1, "as it was found then");

    /// <summary>A person's verdict is theirs.</summary>
    static bool IsOurs(IRunEvent happened) => happened switch
    {
        StepReviewed reviewed => reviewed.Checks.Count > 1,
        RunReviewed reviewed => reviewed.Checks.Count > 1,
        _ => false,
    };

    static string Why(IRunEvent recorded) => recorded is ModelReplied
        ? "The reviewer's model would be asked something else than it was: by another plan or version of the program, or an entry before was changed."
        : "The verdict comes out otherwise: by another plan or version of the program, or an entry before was changed.";
}
