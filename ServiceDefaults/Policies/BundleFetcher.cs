using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.ServiceDefaults.Policies;

/// <summary>Keeps <see cref="CurrentBundle"/> up to date: one question to the policy service is always open and answered when there is a new bundle; when rung it is asked anew. Takes only what is signed by the pinned key.</summary>
sealed class BundleFetcher(
    CurrentBundle current, BundleBell bell, KeptBundle kept, IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<BundleFetcher> logger) : BackgroundService
{
    public const string PolicyService = "policy-service";

    /// <summary>Path of the public key, where it does not lie in the state directory.</summary>
    public const string KeySetting = "AGENT_POLICY_KEY";

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    string? _lastProblem;
    string? _tag;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Taken before asking: a ring while the answer is on its way asks again.
            var rung = bell.Next;
            var (problem, waited) = await FetchAsync(rung, stoppingToken);
            if (problem is not null && problem != _lastProblem)
            {
                logger.BundleNotFetched(problem, current.Value?.Digest ?? "none");
            }

            _lastProblem = problem;
            if (current.Value is null)
            {
                TakeKept();
            }

            if (problem is not null || !waited)
            {
                await PauseAsync(current.Value is null ? FirstPause : Pause, rung, stoppingToken);
            }
        }
    }

    async Task PauseAsync(TimeSpan pause, CancellationToken rung, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(rung, cancellationToken);
        try
        {
            await Task.Delay(pause, time, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Rung: the pause is over.
            return;
        }
    }

    /// <returns>What is in the way of enforcing the current bundle, or null; and whether there is no need to wait before asking again.</returns>
    async Task<(string? Problem, bool Waited)> FetchAsync(CancellationToken rung, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongPoll.Longest + AnswerTime, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, rung, cancellationToken);
        try
        {
            var client = clients.CreateClient(PolicyService);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/bundles/current");
            if (_tag is { } known)
            {
                request.Headers.IfNoneMatch.Add(new($"\"{known}\""));
                request.Headers.Add(LongPoll.PreferHeader, LongPoll.Preference(LongPoll.Longest));
            }

            using var response = await client.SendAsync(request, any.Token);
            if (response.StatusCode == HttpStatusCode.NotModified)
            {
                return (null, response.Headers.Contains(LongPoll.AppliedHeader));
            }

            if (!response.IsSuccessStatusCode)
            {
                return ($"The policy service answered {(int)response.StatusCode}.", false);
            }

            var signed = await response.Content.ReadFromJsonAsync<SignedBundle>(ContractJson.Options, any.Token);
            var problem = signed is null ? "The policy service answered without a bundle." : Take(signed);
            if (problem is null)
            {
                kept.Keep(signed!);
            }

            return (problem, true);
        }
        catch (OperationCanceledException) when (rung.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, true);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"The policy bundle can not be fetched: {exception.Message}", false);
        }
    }

    // The policy service can not be asked: what was in force when this service last ran stays in force.
    void TakeKept()
    {
        if (kept.Last() is { } last && Take(last) is null)
        {
            logger.BundleKept(last.Version);
        }
    }

    static (CanaryBundle? Trial, string? Problem) TrialOf(CanaryOffer offer, (PolicyBundle? Bundle, string? Problem) opened) =>
        opened.Problem is null ? (new CanaryBundle(offer.Number, opened.Bundle, offer.Share), null) : (null, opened.Problem);

    string? Take(SignedBundle signed)
    {
        var file = configuration[KeySetting] is { Length: > 0 } set
            ? set
            : PolicyPlaces.PublicKey(Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent"));
        if (!File.Exists(file))
        {
            return $"The public key that bundles must be signed with is not at {file}: the policy service writes it there; where directories are not shared, copy it and set {KeySetting}.";
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));

        // A network switched off here stays off, whatever the policy service was started with.
        var settings = new GuardrailSettings([], GuardrailSettings.Parse(null, configuration["ALLOW_NET"]).AllowNetwork);
        var (bundle, problem) = signed.Open(key, settings);
        if (bundle is null)
        {
            return problem;
        }

        // A trial that can not be trusted is not known here: its runs stand still, the others go on.
        var (trial, distrust) = signed.Canary is { } offer ? TrialOf(offer, offer.Open(key, settings)) : (null, null);
        CrashPoint.Reach("bundle.verified");
        current.Switch(bundle, signed.Version, trial);
        Logs.Redaction.HidesPersonalData = bundle.Limits.HidesPersonalDataInLogs;
        CrashPoint.Reach("bundle.switched");
        logger.BundleEnforced(signed.Version, bundle.Digest);
        if (trial is not null)
        {
            logger.CanaryKnown(trial.Number, trial.Bundle?.Digest ?? "none: it has ended");
        }

        _tag = distrust is null ? signed.TagOf() : null;
        return distrust;
    }
}

static partial class BundleFetcherLog
{
    [LoggerMessage(LogLevel.Information, "Policy canary {Number}: {Digest}")]
    public static partial void CanaryKnown(this ILogger logger, long number, string digest);

    [LoggerMessage(LogLevel.Information, "Enforcing policy bundle version {Version}, digest {Digest}")]
    public static partial void BundleEnforced(this ILogger logger, long version, string digest);

    [LoggerMessage(LogLevel.Warning, "The policy service can not be asked; policy bundle version {Version}, kept from an earlier start, is enforced until it can")]
    public static partial void BundleKept(this ILogger logger, long version);

    [LoggerMessage(LogLevel.Warning, "The policy bundle can not be kept at {File} for the next start: {Problem}")]
    public static partial void BundleNotKept(this ILogger logger, string file, string problem);

    [LoggerMessage(LogLevel.Warning, "{Problem} In force: {Digest}")]
    public static partial void BundleNotFetched(this ILogger logger, string problem, string digest);
}
