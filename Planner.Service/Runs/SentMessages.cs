using System.Collections.Concurrent;

namespace Agent.Planner.Service.Runs;

/// <summary>What this planner has sent lately, so that a look at a run does not repeat what the look before has sent.
/// Memory only: after a crash everything owed is sent once more, and receivers know a repeat.</summary>
sealed class SentMessages(TimeProvider time)
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestForCapacity = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<Guid, Dictionary<(object Message, int Stamp), Sent>> _runs = new();

    /// <summary>Forgets what is owed no longer, so that it is sent at once when it is owed anew.</summary>
    public void Keep(Guid runId, IReadOnlyList<OwedMessage> owed)
    {
        if (owed.Count == 0)
        {
            _runs.TryRemove(runId, out _);
        }
        else if (_runs.TryGetValue(runId, out var sent))
        {
            var keys = owed.Select(message => (message.Message, message.Stamp)).ToHashSet();
            lock (sent)
            {
                foreach (var key in sent.Keys.Where(key => !keys.Contains(key)).ToList())
                {
                    sent.Remove(key);
                }
            }
        }
    }

    /// <summary>Claims the sending of a message: of two looks at once only one sends.</summary>
    /// <returns>How often it is sent with this time; 0 if it is not due.</returns>
    /// <param name="forCapacity">The run waits for a model server, which may be back any moment.</param>
    public int TryClaim(Guid runId, OwedMessage message, TimeSpan resendAfter, bool forCapacity = false)
    {
        var sent = _runs.GetOrAdd(runId, static _ => []);
        lock (sent)
        {
            var isKnown = sent.TryGetValue((message.Message, message.Stamp), out var last);
            if (isKnown && time.GetElapsedTime(last.At) < Patience(last.Times, resendAfter, forCapacity ? LongestForCapacity : Longest))
            {
                return 0;
            }

            sent[(message.Message, message.Stamp)] = new Sent(time.GetTimestamp(), last.Times + 1);
            return last.Times + 1;
        }
    }

    /// <summary>The sending did not come through.</summary>
    public void GiveBack(Guid runId, OwedMessage message)
    {
        if (_runs.TryGetValue(runId, out var sent))
        {
            lock (sent)
            {
                sent.Remove((message.Message, message.Stamp));
            }
        }
    }

    // The first repeat comes soon, later ones rarer: a command may just be waiting its turn in a long queue.
    static TimeSpan Patience(int times, TimeSpan resendAfter, TimeSpan longest) => TimeSpan.FromTicks(Math.Min(longest.Ticks, resendAfter.Ticks << Math.Min(times - 1, 10)));

    readonly record struct Sent(long At, int Times);
}
