using System.Globalization;
using System.Text.RegularExpressions;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>Every service dies at every place between two effects, and the store with it. <c>AGENT_CRASH_SEEDS</c>, set by <c>./test.sh --crash-matrix --seeds N</c>, says how often;
/// without it a few places are tried. <c>AGENT_CRASH_LOG</c>: a file for a line per seed.</summary>
public partial class When_anything_dies_anywhere
{
    static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("AGENT_CRASH_SEEDS"), CultureInfo.InvariantCulture, out var seeds) ? seeds : 0;

    [Fact]
    public async Task Every_run_succeeds_and_every_effect_happens_once()
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("AGENT_CRASH_FIRST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        for (var seed = first; seed < first + Math.Max(1, Seeds); seed++)
        {
            var isWhole = Seeds > 0;
            await using var fleet = isWhole ? await Fleet.StartAsync(replicas: 2) : await Fleet.StartAsync(lease: TimeSpan.FromSeconds(3));
            await using var person = new Person(fleet);
            person.Begin();
            var trial = new CrashTrial(fleet, person, seed, TestContext.Current.CancellationToken);

            // Every place is tried with and without the store dying too: by turns, the other half with the next seed.
            await trial.RunAsync(isWhole ? CrashPlaces.All : CrashPlaces.Few, number => isWhole ? (number + seed) % 2 == 0 : number == 2);

            var verdict = await TrialVerdict.OfAsync(fleet, person, trial.StoreOutages);
            var line = $"seed {seed}: {trial.StoreOutages.Count} kills of {fleet.Store.Name}, {verdict}\n{string.Join('\n', trial.Forgotten)}";
            TestContext.Current.TestOutputHelper?.WriteLine(line);
            await File.AppendAllTextAsync(Environment.GetEnvironmentVariable("AGENT_CRASH_LOG") ?? "/dev/null", line + "\n", TestContext.Current.CancellationToken);

            trial.Forgotten.ShouldBeEmpty(line);
            (verdict.Lost, verdict.Duplicates, verdict.Unexplained, verdict.Broken).ShouldSatisfyAllConditions(
                all => all.Lost.ShouldBeEmpty(line + fleet.Logs()),
                all => all.Duplicates.ShouldBeEmpty(line),
                all => all.Unexplained.ShouldBeEmpty(line),
                all => all.Broken.ShouldBeEmpty(line));
            trial.Missed.ShouldBeEmpty(line + fleet.Logs());
        }
    }

    [Fact]
    public void Every_place_in_the_sources_is_tried_and_written_down()
    {
        var inSources = Directory.EnumerateFiles(Repository.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Repository.Root, file).Split('/').Any(part => part is "tests" or "obj" or "bin" or "node_modules"))
            .SelectMany(file => Place().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))
            .Distinct()
            .Order();
        var written = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reliability.md"));

        string[] known = [.. CrashPlaces.All, .. CrashPlaces.Elsewhere];
        known.Order().ShouldBe(inSources);
        known.Where(place => !written.Contains($"`{place}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [GeneratedRegex("""CrashPoint\.Reach\("(?<name>[a-z.]+)"\)""", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
