namespace Agent.Dashboard.Web.Live;

/// <summary>Turns any number of signals into at most one beat an interval; the last signal always gets its beat.</summary>
sealed class Pulse(TimeProvider time, TimeSpan interval, Action beat)
{
    /// <summary>What a page takes: 4 renders a second.</summary>
    public static readonly TimeSpan PageInterval = TimeSpan.FromMilliseconds(250);

    long _lastBeat = long.MinValue;
    int _waiting;

    public void Signal()
    {
        if (Interlocked.Exchange(ref _waiting, 1) == 0)
        {
            _ = BeatAsync();
        }
    }

    async Task BeatAsync()
    {
        var last = Volatile.Read(ref _lastBeat);
        var rest = last == long.MinValue ? TimeSpan.Zero : interval - time.GetElapsedTime(last);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time);
        }

        Volatile.Write(ref _lastBeat, time.GetTimestamp());

        // Before the beat: what is signalled while it reads must lead to another one.
        Volatile.Write(ref _waiting, 0);
        beat();
    }
}
