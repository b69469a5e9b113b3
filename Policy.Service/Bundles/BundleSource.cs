using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Bundles;

/// <summary>Holds the current bundle and makes the next one from the directory. A directory that does not validate changes nothing.</summary>
sealed class BundleSource(PolicyOptions options, SigningKey key, BundleArchive archive, TimeProvider time, ILogger<BundleSource> logger)
{
    readonly Lock _gate = new();

    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    SignedBundle? _current;
    CanaryOffer? _offer;

    /// <summary>The current bundle, and with it the latest trial.</summary>
    public SignedBundle? Current
    {
        get
        {
            lock (_gate)
            {
                return _current is null ? null : _current with { Canary = _offer };
            }
        }
    }

    /// <summary>Those of the current bundle.</summary>
    public PolicyLimits Limits { get; private set; } = PolicyLimits.Default;

    /// <summary>Tells everybody who asks of a trial.</summary>
    public void Offer(CanaryOffer? offer)
    {
        lock (_gate)
        {
            if (_offer?.Signature == offer?.Signature || (_offer is { } known && offer is not null && known.Number == offer.Number && known.Running == offer.Running))
            {
                return;
            }

            _offer = offer;
            Changed();
        }
    }

    /// <summary>For the next bundle that is signed, tried or in force.</summary>
    public long NextVersion()
    {
        lock (_gate)
        {
            return Math.Max(Math.Max(_current?.Version ?? 0, _offer?.Bundle?.Version ?? 0), archive.Last()?.Version ?? 0) + 1;
        }
    }

    /// <summary>Ends when bundle and trial are no longer those of this tag; false if the time was over first.</summary>
    public async Task<bool> HasChangedAsync(string tag, TimeSpan wait, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_gate)
        {
            if (Current?.TagOf() != tag)
            {
                return true;
            }

            changed = _changed.Task;
        }

        try
        {
            await changed.WaitAsync(wait, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Whoever asked asks again, of this process or the next.
            return false;
        }
    }

    /// <summary>How the last look at the directory ended.</summary>
    public LoadReport Report { get; private set; } = new(default, []);

    /// <summary>Takes up the last good bundle of an earlier start, if it is ours and from the same directory.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            if (archive.Last() is { } last && last.Source == options.Directory && last.Open(key.Key, GuardrailSettings.None).Bundle is { } bundle)
            {
                (_current, Limits) = (last, bundle.Limits);
            }
        }
    }

    /// <summary>Reads the directory. A new bundle if it is valid and says something else than the current one.</summary>
    public SignedBundle? Reload()
    {
        lock (_gate)
        {
            var (files, mistakes) = ReadFiles();
            var result = files is null ? new BundleResult(null, mistakes) : PolicyBundle.Load(files, GuardrailSettings.None);
            Report = new LoadReport(time.GetUtcNow(), result.Mistakes);
            if (result.Bundle is not { } bundle)
            {
                logger.BundleRefused(options.Directory, result.Mistakes.Count, string.Join(Environment.NewLine, result.Mistakes), _current?.Digest ?? "none");
                return null;
            }

            if (bundle.Digest == _current?.Digest)
            {
                Limits = bundle.Limits;
                return null;
            }

            var version = NextVersion();
            var signed = SignedBundle.Sign(bundle.Digest, version, files!, options.Directory, time.GetUtcNow(), key.Key);
            CrashPoint.Reach("bundle.signed");
            archive.Add(signed);
            CrashPoint.Reach("bundle.kept");
            (_current, Limits) = (signed, bundle.Limits);
            Changed();
            logger.BundleTaken(version, bundle.Digest, bundle.RuleCount);
            return signed;
        }
    }

    void Changed() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    (IReadOnlyDictionary<string, string>? Files, IReadOnlyList<PolicyMistake> Mistakes) ReadFiles()
    {
        try
        {
            return (BundleFiles.Read(options.Directory, options.Settings), []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, [new PolicyMistake(options.Directory, 1, 1, $"The policy directory can not be read: {exception.Message}", $"Set {PolicyPlaces.DirectorySetting} to a directory that holds tools.yaml.")]);
        }
    }
}

/// <summary>When the directory was last read, and what was wrong with it.</summary>
sealed record LoadReport(DateTimeOffset At, IReadOnlyList<PolicyMistake> Mistakes);

static partial class BundleLog
{
    [LoggerMessage(LogLevel.Information, "Policy bundle version {Version} is current: digest {Digest}, {Rules} rules")]
    public static partial void BundleTaken(this ILogger logger, long version, string digest, int rules);

    [LoggerMessage(LogLevel.Error, "The policies in {Directory} have {Count} mistakes and are not used; in force stays {Digest}. {Mistakes}")]
    public static partial void BundleRefused(this ILogger logger, string directory, int count, string mistakes, string digest);
}
