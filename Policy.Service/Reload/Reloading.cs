using System.Threading.Channels;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.Policy.Service.Bundles;
using Agent.ServiceDefaults;
using MassTransit;

namespace Agent.Policy.Service.Reload;

/// <summary>Reads the policies again and tells everybody who enforces.</summary>
sealed class Reloading(BundleSource bundles, Canary.CanaryDesk canary, IServiceScopeFactory scopes, ILogger<Reloading> logger)
{
    public async Task<SignedBundle?> ReloadAsync(CancellationToken cancellationToken)
    {
        var bundle = bundles.Reload();
        if (bundle is null && canary.AfterReload() is null)
        {
            return null;
        }

        canary.AfterReload();
        await AnnounceAsync(cancellationToken);
        CrashPoint.Reach("bundle.announced");
        return bundle;
    }

    /// <summary>A hint: services have a question open that the change answers, so a bus that is away costs nothing.</summary>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        if (bundles.Current is not { } bundle)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IPublishEndpoint>().Publish(new BundlePublished(bundle.Digest, bundle.Version), limit.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotAnnounced(bundle.Version, exception.Message);
        }
    }
}

/// <summary>Asks for a reload; several asks while one waits are one.</summary>
sealed class ReloadBell
{
    readonly Channel<string> _asks = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Ring(string reason) => _asks.Writer.TryWrite(reason);

    public IAsyncEnumerable<string> AsksAsync(CancellationToken cancellationToken) => _asks.Reader.ReadAllAsync(cancellationToken);
}

static partial class ReloadLog
{
    [LoggerMessage(LogLevel.Information, "Reading the policies again: {Reason}")]
    public static partial void Reloads(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Bundle version {Version} could not be announced on the bus ({Problem}); services find it when they ask next")]
    public static partial void NotAnnounced(this ILogger logger, long version, string problem);

    [LoggerMessage(LogLevel.Warning, "{Directory} can not be watched ({Problem}); changes are taken up by POST /policies/reload or SIGHUP")]
    public static partial void NotWatched(this ILogger logger, string directory, string problem);
}
