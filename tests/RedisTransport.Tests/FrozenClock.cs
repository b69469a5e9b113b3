namespace Agent.RedisTransport.Tests;

/// <summary>The clock of a process that was stopped: no timer fires, and time has passed when it goes on.</summary>
sealed class FrozenClock : TimeProvider
{
    long _passed;

    public void Thaw(TimeSpan after) => Interlocked.Add(ref _passed, after.Ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _passed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

    sealed class Silent : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
