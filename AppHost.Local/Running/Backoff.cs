namespace Agent.AppHost.Local.Running;

/// <summary>How long to wait before a crashed process is started again: at once at first, longer the more often it fails, from the start again after it has run well.</summary>
sealed class Backoff
{
    static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RanWell = TimeSpan.FromSeconds(30);

    TimeSpan _next = First;

    public TimeSpan After(TimeSpan uptime)
    {
        if (uptime >= RanWell)
        {
            _next = First;
        }

        var delay = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return delay;
    }
}
