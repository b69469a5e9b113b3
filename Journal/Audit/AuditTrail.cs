using System.Threading.Channels;
using Agent.Contracts;
using Agent.Resp;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.Journal.Audit;

/// <summary>Copies every journal, as it grows, to a file that needs no store to be read. Run it in one service: a file has one writer.</summary>
sealed class AuditTrail(RunJournal journal, AuditFiles files, TimeProvider time, ILogger<AuditTrail> logger) : BackgroundService
{
    static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks at the least: a run that grows quickly is copied in larger pieces, not once for each append.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    readonly Channel<Guid> _waiting = Channel.CreateUnbounded<Guid>(new UnboundedChannelOptions { SingleReader = true });
    readonly HashSet<Guid> _queued = [];
    readonly HashSet<Guid> _failed = [];
    readonly Dictionary<Guid, JournalHead> _ends = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CreateDirectory();
        await using var only = await OnlyWriterAsync(stoppingToken);
        if (only is null)
        {
            return;
        }

        var sweeping = SweepAsync(stoppingToken);
        try
        {
            var pause = Pause;
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(pause, time, stoppingToken);
                var began = time.GetTimestamp();
                while (_waiting.Reader.TryRead(out var runId))
                {
                    lock (_queued)
                    {
                        _queued.Remove(runId);
                    }

                    await CopyAsync(runId, stoppingToken);
                }

                pause = PauseAfter(time.GetElapsedTime(began));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not copied yet is copied after the next start.
        }

        await sweeping;
    }

    /// <summary>With many runs at work it copies for a fifth of the time, in larger pieces, and leaves the rest to them.</summary>
    internal static TimeSpan PauseAfter(TimeSpan copying) => copying * 4 is var rest && rest < Pause ? Pause : rest < LongestPause ? rest : LongestPause;

    /// <summary>Waits until no other process writes here: of several that could, one does, and the next takes over when it ends.</summary>
    async Task<FileStream?> OnlyWriterAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Sweep, time);
        try
        {
            while (true)
            {
                try
                {
                    return new FileStream(Path.Combine(files.Directory, ".writer"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                }
                catch (IOException)
                {
                    // Somebody else writes.
                    await timer.WaitForNextTickAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Bells say which run grew; a sweep finds what bells missed, and at the start what happened while nobody wrote.</summary>
    async Task SweepAsync(CancellationToken stoppingToken)
    {
        IAsyncDisposable? bells = null;
        var caughtUp = false;
        try
        {
            using var timer = new PeriodicTimer(Sweep, time);
            do
            {
                try
                {
                    bells ??= await journal.OnAppendedAsync((runId, _) => Queue(runId), stoppingToken);
                    foreach (var runId in caughtUp ? await journal.OpenRunsAsync(stoppingToken) : await AllAsync(stoppingToken))
                    {
                        Queue(runId);
                    }

                    caughtUp = true;
                    QueueBegun();
                }
                catch (Exception exception) when (exception is RespConnectionException or RespServerException)
                {
                    logger.TrailWaits(exception.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
        finally
        {
            if (bells is not null)
            {
                await bells.DisposeAsync();
            }
        }
    }

    async Task<List<Guid>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<Guid>();
        DateTimeOffset? before = null;
        while (true)
        {
            var page = await journal.ListAsync(limit: 500, before: before, cancellationToken: cancellationToken);
            all.AddRange(page.Select(summary => summary.RunId));
            if (page.Count < 500)
            {
                return all;
            }

            before = page[^1].SubmittedAt;
        }
    }

    void QueueBegun()
    {
        Guid[] begun;
        lock (_queued)
        {
            begun = [.. _ends.Keys, .. _failed];
            _failed.Clear();
        }

        foreach (var runId in begun)
        {
            Queue(runId);
        }
    }

    void Queue(Guid runId)
    {
        lock (_queued)
        {
            if (_queued.Add(runId))
            {
                _waiting.Writer.TryWrite(runId);
            }
        }
    }

    async Task CopyAsync(Guid runId, CancellationToken cancellationToken)
    {
        try
        {
            JournalHead? end;
            lock (_queued)
            {
                end = _ends.TryGetValue(runId, out var known) ? known : null;
            }

            if (end is null)
            {
                (end, var ended) = await files.EndAsync(runId, cancellationToken);
                if (ended)
                {
                    return;
                }
            }

            var news = new List<JournalEntry>();
            await foreach (var entry in journal.ReadAfterAsync(runId, end.Value, cancellationToken))
            {
                news.Add(entry);
            }

            if (news.Count > 0)
            {
                await files.AppendAsync(runId, news, cancellationToken);
            }

            lock (_queued)
            {
                if (news is [.., { Event: RunEnded }])
                {
                    _ends.Remove(runId);
                }
                else if (news.Count > 0 || end.Value.Sequence > 0)
                {
                    _ends[runId] = news is [.., var last] ? last.Head : end.Value;
                }
            }
        }
        catch (Exception exception) when (exception is RespConnectionException or RespServerException or JournalBrokenException or JournalFormatException or IOException or UnauthorizedAccessException)
        {
            // The file is looked at anew by the next sweep: a half-written line is taken off, then writing goes on.
            lock (_queued)
            {
                _ends.Remove(runId);
                _failed.Add(runId);
            }

            logger.NotCopied(runId, exception.Message);
        }
    }

    void CreateDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(files.Directory);
        }
        else
        {
            Directory.CreateDirectory(files.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

static partial class AuditTrailLog
{
    [LoggerMessage(LogLevel.Warning, "The audit trail waits for the store: {Reason}")]
    public static partial void TrailWaits(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "Run {RunId} was not copied to the audit trail: {Reason} It is tried again")]
    public static partial void NotCopied(this ILogger logger, Guid runId, string reason);
}
