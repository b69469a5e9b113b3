using Agent.Contracts;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults;

namespace Agent.Planner.Service.Tests.Runs;

public class CanaryDeciderTests
{
    static readonly PolicyBundle Tried = PolicyBundle.Load(
        new Dictionary<string, string> { ["tools.yaml"] = "rules: []\n" }, GuardrailSettings.None).Bundle!;

    static readonly CanaryBundle Trial = new(4, Tried, 0.5);

    [Fact]
    public void A_new_run_of_the_share_is_put_on_the_trial_and_the_others_are_not()
    {
        var runs = Enumerable.Range(0, 64).Select(_ => Guid.CreateVersion7()).ToList();

        foreach (var run in runs)
        {
            var decision = CanaryDecider.Decide(Submitted(run), Trial);

            (decision is not null).ShouldBe(CanaryOffer.Includes(4, 0.5, run));
            decision?.Events.ShouldBe([new CanaryAssigned(4, Tried.Digest, 0.5)]);
        }
    }

    [Fact]
    public void A_run_that_has_begun_stays_where_it_is()
    {
        var run = Submitted(Of(included: true));
        run.Apply(new JournalEntry(run.RunId, 2, "h2", "h1", DateTimeOffset.UnixEpoch, "p", nameof(RunPaused), 1, new RunPaused("ada"), default));

        CanaryDecider.Decide(run, Trial).ShouldBeNull();
    }

    [Fact]
    public void Without_a_trial_or_after_its_end_nothing_is_assigned()
    {
        var run = Submitted(Of(included: true));

        CanaryDecider.Decide(run, null).ShouldBeNull();
        CanaryDecider.Decide(run, Trial with { Bundle = null }).ShouldBeNull();
    }

    static Guid Of(bool included)
    {
        while (true)
        {
            var run = Guid.CreateVersion7();
            if (CanaryOffer.Includes(4, 0.5, run) == included)
            {
                return run;
            }
        }
    }

    static RunState Submitted(Guid run)
    {
        var state = new RunState(run);
        state.Apply(new JournalEntry(run, 1, "h1", "", DateTimeOffset.UnixEpoch, "door", nameof(RunSubmitted), 1, new RunSubmitted("g", "/w", "ada"), default));
        return state;
    }
}
