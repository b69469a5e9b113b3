namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>Every service is restarted in an orderly way, one after the other, while runs are open: a few, or as many as <c>AGENT_SCALE_RUNS</c> says.</summary>
public class When_everything_is_restarted_in_turn
{
    [Fact]
    public async Task All_open_runs_end_and_their_journals_have_no_gap()
    {
        var runs = Scale.Runs ?? 10;
        var stop = TestContext.Current.CancellationToken;
        await using var fleet = await Fleet.StartAsync(replicas: Scale.Runs is null ? 1 : 2);
        await using var person = new Person(fleet);
        await Parallel.ForEachAsync(Enumerable.Range(0, runs), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stop }, async (number, token) => await person.SubmitAsync($"restarted {number}", token));

        // Each run has a call that waits for a person, so that all are open while the first half is restarted; the others finish meanwhile.
        var half = fleet.Services.Count / 2;
        foreach (var service in fleet.Services.Take(half))
        {
            await service.RestartAsync(stop);
        }

        (await fleet.Journal.OpenRunsAsync(stop)).Count.ShouldBe(runs);
        person.Begin();
        foreach (var service in fleet.Services.Skip(half))
        {
            await service.RestartAsync(stop);
        }

        await person.AllEndedAsync(Scale.Patience, stop);
        var verdict = await TrialVerdict.OfAsync(fleet, person, []);
        TestContext.Current.TestOutputHelper?.WriteLine(verdict.ToString());
        verdict.Deaths.ShouldBe(fleet.Services.Count);
        (verdict.Lost, verdict.Duplicates, verdict.Unexplained, verdict.Broken).ShouldSatisfyAllConditions(
            all => all.Lost.ShouldBeEmpty(verdict + fleet.Logs()),
            all => all.Duplicates.ShouldBeEmpty(verdict.ToString()),
            all => all.Unexplained.ShouldBeEmpty(verdict.ToString()),
            all => all.Broken.ShouldBeEmpty(verdict.ToString()));
    }
}
