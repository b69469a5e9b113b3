using System.Globalization;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Agent.Journal.Operators;
using Agent.Policy.Service.Bundles;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Canary;

/// <summary>Begins and ends the trial of a bundle. Each change is on disk before services hear of it, so that a restart goes on where it was.</summary>
sealed class CanaryDesk(BundleSource bundles, SigningKey key, CanaryFile file, PolicyOptions options, TimeProvider time, ILogger<CanaryDesk> logger)
{
    /// <summary>Who ends a trial that ends by itself.</summary>
    public const string Itself = "policy-service";

    readonly Lock _gate = new();

    CanaryRecord _record = new(null, []);

    public CanaryTrial? Trial => Volatile.Read(ref _record).Trial;

    public IReadOnlyList<OperatorDeed> Untold => Volatile.Read(ref _record).Untold;

    /// <summary>Takes up what was on trial when the service last ran. Before the files are read: a promotion cut short is finished first.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            _record = file.Read();
            if (Trial is { State: CanaryState.Promoting } promoting)
            {
                PolicyFiles.Replace(options, promoting.Bundle.Files);
            }

            Offer();
        }
    }

    /// <summary>Begins a trial.</summary>
    /// <returns>The trial, or what is wrong.</returns>
    public (CanaryTrial? Trial, CanaryRefusal? Refusal) Start(CanaryStart wanted, string principal)
    {
        lock (_gate)
        {
            if (Trial is { IsRunning: true } running)
            {
                return (null, new CanaryRefusal("canary_running", $"Canary {running.Number} runs already, on {Percent(running.Share)} of new runs. Promote or stop it first."));
            }

            if (wanted.Share is not (> 0 and <= 0.9))
            {
                return (null, new CanaryRefusal("invalid_share", $"The share {wanted.Share.ToString(CultureInfo.InvariantCulture)} is not more than 0 and at most 0.9: some runs must stay on the current bundle, to compare with."));
            }

            if (wanted.Factor is <= 1 or > 100)
            {
                return (null, new CanaryRefusal("invalid_spike", $"The factor {wanted.Factor?.ToString(CultureInfo.InvariantCulture)} is not more than 1 and at most 100."));
            }

            var files = BundleFiles.With(wanted.Files ?? new Dictionary<string, string>(), options.Settings);
            var result = PolicyBundle.Load(files, GuardrailSettings.None);
            if (result.Bundle is not { } bundle)
            {
                return (null, new CanaryRefusal("invalid_policies", $"The policies of {wanted.Source} are not valid:{string.Concat(result.Mistakes.Select(mistake => $"{Environment.NewLine}  - {mistake}"))}"));
            }

            if (bundle.Digest == bundles.Current?.Digest)
            {
                return (null, new CanaryRefusal("same_bundle", $"The policies of {wanted.Source} say what the bundle in force says already (digest {bundle.Digest[..12]})."));
            }

            var number = (Trial?.Number ?? 0) + 1;
            var signed = SignedBundle.Sign(bundle.Digest, bundles.NextVersion(), files, wanted.Source ?? "", time.GetUtcNow(), key.Key);
            var limits = bundles.Limits;
            var trial = new CanaryTrial(
                number, CanaryState.Running, wanted.Share, wanted.Source ?? "", signed,
                new CanaryThresholds(wanted.Factor ?? limits["canary.spike_factor"], limits["canary.spike_floor"], (long)limits["canary.least_decisions"]),
                time.GetUtcNow(), principal, new Dictionary<string, CanaryReport>(StringComparer.Ordinal));
            Keep(trial, new OperatorDeed(principal, "canary_started", $"canary {number}", $"{Percent(trial.Share)} of new runs, bundle {bundle.Digest}, from {trial.Source}"));
            logger.Started(number, trial.Share, bundle.Digest, principal);
            return (trial, null);
        }
    }

    public (CanaryTrial? Trial, CanaryRefusal? Refusal) Stop(string principal, string? comment)
    {
        lock (_gate)
        {
            return Trial is not { IsRunning: true } trial ? (null, NothingRuns()) : (End(trial, CanaryState.Stopped, principal, comment ?? "A person ended it."), null);
        }
    }

    /// <summary>Makes the bundle on trial the current one: its files take the place of those in the policy directory, which are what counts.</summary>
    public (CanaryTrial? Trial, CanaryRefusal? Refusal) Promote(string principal)
    {
        lock (_gate)
        {
            if (Trial is not { IsRunning: true } trial)
            {
                return (null, NothingRuns());
            }

            var promoting = trial with { State = CanaryState.Promoting, EndedBy = principal };
            Keep(promoting);
            try
            {
                PolicyFiles.Replace(options, trial.Bundle.Files);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Keep(trial);
                return (null, new CanaryRefusal("policies_not_writable",
                    $"The files of the canary can not be written to {options.Directory}: {exception.Message} Copy them there yourself (from {trial.Source}) and run `agent policies reload`: the canary goes on until then, and is promoted by it."));
            }

            CrashPoint.Reach("canary.promoting");
            bundles.Reload();
            return AfterReload(principal) is { } promoted
                ? (promoted, null)
                : (null, new CanaryRefusal("not_promoted", $"The files were written to {options.Directory}, but do not give the canary's bundle: {string.Join(" ", bundles.Report.Mistakes)}"));
        }
    }

    /// <summary>A current bundle that says what the one on trial says has ended the trial, whoever wrote the files.</summary>
    public CanaryTrial? AfterReload(string? principal = null)
    {
        lock (_gate)
        {
            return Trial is { IsRunning: true } trial && bundles.Current?.Digest == trial.Bundle.Digest
                ? End(trial, CanaryState.Promoted, principal ?? trial.EndedBy ?? Itself, $"Version {bundles.Current.Version} in force says the same.")
                : null;
        }
    }

    /// <summary>Takes what a process has counted, and ends a trial that holds up its runs too much.</summary>
    public CanaryTrial? Count(string instance, CanaryReport report)
    {
        lock (_gate)
        {
            if (Trial is not { State: CanaryState.Running } trial || trial.Number != report.Number)
            {
                return null;
            }

            var counted = trial with { Counts = new Dictionary<string, CanaryReport>(trial.Counts, StringComparer.Ordinal) { [instance] = report } };
            if (CanarySpike.Of(counted.OnCanary, counted.OnCurrent, counted.Thresholds) is not { } spike)
            {
                Keep(counted);
                return null;
            }

            logger.RolledBack(counted.Number, spike);
            return End(counted, CanaryState.RolledBack, Itself, spike);
        }
    }

    public void Told(OperatorDeed deed)
    {
        lock (_gate)
        {
            Keep(_record with { Untold = [.. _record.Untold.Where(one => one != deed)] });
        }
    }

    CanaryTrial End(CanaryTrial trial, CanaryState state, string principal, string reason)
    {
        var ended = trial.End(state, principal, reason, time.GetUtcNow());
        var action = state switch { CanaryState.Promoted => "canary_promoted", CanaryState.RolledBack => "canary_rolled_back", _ => "canary_stopped" };
        Keep(ended, new OperatorDeed(principal, action, $"canary {trial.Number}", reason));
        logger.Ended(trial.Number, action, principal, reason);
        return ended;
    }

    void Keep(CanaryTrial trial, params IReadOnlyList<OperatorDeed> deeds)
    {
        Keep(new CanaryRecord(trial, [.. _record.Untold, .. deeds]));
        Offer();
    }

    void Keep(CanaryRecord record)
    {
        file.Write(record);
        Volatile.Write(ref _record, record);
    }

    void Offer() => bundles.Offer(Trial is { } trial ? CanaryOffer.Sign(trial.Number, trial.IsRunning, trial.Share, trial.Bundle, key.Key) : null);

    static CanaryRefusal NothingRuns() => new("no_canary", "No canary runs. Start one with `agent policies canary start --bundle DIR --share 10%`.");

    static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}

/// <summary>What is to be tried.</summary>
/// <param name="Files">Relative name to text.</param>
/// <param name="Source">Where they were read, for people.</param>
/// <param name="Factor">Other than <c>canary.spike_factor</c> of the limits.</param>
sealed record CanaryStart(IReadOnlyDictionary<string, string>? Files, double Share, string? Source = null, double? Factor = null);

/// <summary>Why something was not done.</summary>
sealed record CanaryRefusal(string Code, string Detail);

static partial class CanaryLog
{
    [LoggerMessage(LogLevel.Information, "Canary {Number} begins: {Share} of new runs on bundle {Digest}, by {Principal}")]
    public static partial void Started(this ILogger logger, long number, double share, string digest, string principal);

    [LoggerMessage(LogLevel.Information, "Canary {Number} has ended ({Action}), by {Principal}: {Reason}")]
    public static partial void Ended(this ILogger logger, long number, string action, string principal, string reason);

    [LoggerMessage(LogLevel.Warning, "Canary {Number} is rolled back. {Reason}")]
    public static partial void RolledBack(this ILogger logger, long number, string reason);

    [LoggerMessage(LogLevel.Warning, "The operator log could not be told of a canary ({Problem}); it is tried again")]
    public static partial void NotTold(this ILogger logger, string problem);
}
