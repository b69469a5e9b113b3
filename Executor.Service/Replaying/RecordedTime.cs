using Agent.Contracts;

namespace Agent.Executor.Service.Replaying;

/// <summary>The time at which the owner began what it recorded next. Pauses are over at once.</summary>
sealed class RecordedTime(RecordedStep step) : TimeProvider
{
    DateTimeOffset _now = step.LeasedAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now = step.Next switch
    {
        { Event: ModelReplied replied } entry => entry.At - TimeSpan.FromMilliseconds(replied.DurationMs),
        { Event: ToolCallFinished finished } entry => entry.At - TimeSpan.FromMilliseconds(finished.DurationMs),
        { } entry => entry.At,
        null => _now,
    };

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}
