using System.Threading.Channels;

namespace Agent.Cli.Door;

/// <summary>Watches a run: the event stream says when to look, what is shown is always the store's state.</summary>
sealed class RunWatch(DoorClient door, TimeProvider time)
{
    static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromSeconds(2);
    static readonly TimeSpan LookAtMostEvery = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Calls back with each new view until the run has ended or waits for a person.</summary>
    public async Task<RunView> UntilSettledAsync(Guid runId, Func<RunView, Task> show, Action<string> say, CancellationToken cancellationToken)
    {
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(runId, news.Writer, done.Token);
        try
        {
            while (true)
            {
                var view = await LookAsync(runId, say, cancellationToken);
                await show(view);
                if (view.HasEnded || view.State == Contracts.RunPhase.WaitingApproval)
                {
                    return view;
                }

                await Task.Delay(LookAtMostEvery, time, cancellationToken);
                await NewsAsync(news.Reader, cancellationToken);
            }
        }
        finally
        {
            await done.CancelAsync();
            await following;
        }
    }

    async Task<RunView> LookAsync(Guid runId, Action<string> say, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var said = false;
        while (true)
        {
            try
            {
                return await door.RunAsync(runId, cancellationToken);
            }
            catch (DoorException exception) when (exception.Passing && time.GetElapsedTime(since) < Patience)
            {
                if (!said)
                {
                    say($"{exception.Message} Still trying.");
                    said = true;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            }
        }
    }

    async Task NewsAsync(ChannelReader<bool> news, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LookAtLeastEvery);
        try
        {
            await news.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing heard: look anyway, the stream may be broken without anybody noticing.
            return;
        }
    }

    async Task FollowAsync(Guid runId, ChannelWriter<bool> news, CancellationToken cancellationToken)
    {
        var seen = 0L;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var sequence in door.FollowAsync(runId, seen, cancellationToken))
                {
                    seen = sequence;
                    news.TryWrite(true);
                }

                news.TryWrite(true);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }
}
