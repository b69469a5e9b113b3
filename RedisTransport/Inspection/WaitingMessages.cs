using System.Runtime.CompilerServices;
using Agent.RedisTransport.Queues;
using Agent.Resp;

namespace Agent.RedisTransport;

/// <summary>Reads what waits in a queue, page by page, in the order it would be delivered.</summary>
static class WaitingMessages
{
    const int Page = 256;

    /// <summary>Each message once, also when messages are removed or taken meanwhile; no more than there were at first.</summary>
    public static async IAsyncEnumerable<(Listed Listed, ReadOnlyMemory<byte> Stored)> ReadAsync(RespConnection redis, QueueKeys.Queue keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var left = (await redis.ExecuteAsync(RespCommand.Of("LLEN", keys.Ready), cancellationToken)).AsInt64();
        var news = true;
        while (news)
        {
            // What is removed lets the rest move up, past a page's edge: again, until everything there is was seen.
            news = false;
            Listed[] page;
            for (var from = -1; (page = await PageAsync(redis, keys, from, cancellationToken)).Length > 0; from -= Page)
            {
                Listed[] unseen = [.. page.Where(listed => seen.Add(listed.Name)).Take((int)left)];
                left -= unseen.Length;
                news |= unseen.Length > 0;
                foreach (var message in await StoredAsync(redis, keys, unseen, cancellationToken))
                {
                    yield return message;
                }
            }
        }
    }

    static async Task<Listed[]> PageAsync(RespConnection redis, QueueKeys.Queue keys, int from, CancellationToken cancellationToken) =>
        [.. Listed.ReadAll(await redis.ExecuteAsync(RespCommand.Of("LRANGE", keys.Ready, from - Page + 1, from), cancellationToken)).Reverse()];

    static async Task<List<(Listed Listed, ReadOnlyMemory<byte> Stored)>> StoredAsync(RespConnection redis, QueueKeys.Queue keys, Listed[] listed, CancellationToken cancellationToken)
    {
        var apart = listed.Where(one => one.Message is null).Select(one => (RespArgument)one.Name).ToArray();
        var bodies = apart.Length > 0 ? (await redis.ExecuteAsync(RespCommand.Of("HMGET", [keys.Bodies, .. apart]), cancellationToken)).AsArray() : [];
        var next = 0;
        var found = new List<(Listed, ReadOnlyMemory<byte>)>(listed.Length);
        foreach (var one in listed)
        {
            if (one.Message is { } message)
            {
                found.Add((one, message));
            }
            else if (bodies[next++].AsBytes() is { } body)
            {
                found.Add((one, body));
            }
        }

        return found;
    }
}
