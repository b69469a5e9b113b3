using System.Globalization;
using System.Text;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>The commands that bring a few messages into a queue, and what the replies to them say. A message on its list needs one command; what lies apart, as large and
/// delayed ones do, needs a transaction.</summary>
sealed class SendBatch
{
    static readonly RespCommand Multi = RespCommand.Of("MULTI");
    static readonly RespCommand Exec = RespCommand.Of("EXEC");

    readonly QueueKeys.Queue _keys;
    readonly List<RespCommand> _commands = new(8);
    readonly int _multi = -1;
    readonly int _exec = -1;
    int _version = -1;
    int _push = -1;

    public SendBatch(QueueKeys.Queue keys, IReadOnlyList<Outgoing> messages, Func<long?, long>? secondsToLive)
    {
        _keys = keys;
        var apart = messages.Any(message => message.Apart);
        if (apart)
        {
            _multi = _commands.Count;
            _commands.Add(Multi);
            PutApart(messages, secondsToLive);
        }

        PutOnList(messages, secondsToLive);
        if (apart)
        {
            _exec = _commands.Count;
            _commands.Add(Exec);
        }
    }

    /// <summary>How many of them are to be delivered now.</summary>
    public int Ready { get; private set; }

    /// <summary>When the first of the others is due, in Unix milliseconds.</summary>
    public long? FirstDue { get; private set; }

    public RespCommand Bell =>
        RespCommand.Of("PUBLISH", _keys.Bell, FirstDue is { } at ? (RespArgument)Encoding.ASCII.GetBytes(at.ToString(CultureInfo.InvariantCulture)) : "+");

    /// <summary>Also asks for the number of changes of bindings.</summary>
    public void AskVersion(string key)
    {
        _version = _commands.Count;
        _commands.Add(RespCommand.Of("GET", key));
    }

    public void Add(RespCommand command) => _commands.Add(command);

    public RespCommand[] ToCommands() => [.. _commands];

    /// <summary>The number of changes of bindings if it was asked for, and how long the queue then was.</summary>
    /// <exception cref="RespServerException">The server refused a command.</exception>
    public (long Version, long Length) Outcome(RespValue[] replies)
    {
        Check(replies);
        var version = _version >= 0 && !replies[_version].IsNull ? replies[_version].AsInt64() : 0;
        if (_exec < 0)
        {
            return (version, replies[_push].AsInt64());
        }

        var results = replies[_exec].AsArray();
        Check(results);
        return (version, _push < 0 ? 0 : results[_push - _multi - 1].AsInt64());
    }

    void PutApart(IReadOnlyList<Outgoing> messages, Func<long?, long>? secondsToLive)
    {
        var bodies = new List<RespArgument> { _keys.Bodies };
        var delayed = new List<RespArgument> { _keys.Delayed };
        foreach (var message in messages.Where(message => message.Apart))
        {
            bodies.Add(message.Id);
            bodies.Add(message.Stored);
            if (message.DueAt is { } due)
            {
                var at = due.ToUnixTimeMilliseconds();
                delayed.Add(at);
                delayed.Add(message.Id);
                FirstDue = Math.Min(FirstDue ?? at, at);
            }
        }

        _commands.Add(new RespCommand("HSET", bodies.ToArray()));
        Expire(_keys.Bodies, secondsToLive);
        if (FirstDue is not null)
        {
            _commands.Add(new RespCommand("ZADD", delayed.ToArray()));
            Expire(_keys.Delayed, secondsToLive);
        }
    }

    void PutOnList(IReadOnlyList<Outgoing> messages, Func<long?, long>? secondsToLive)
    {
        var push = new RespArgument[messages.Count + 1];
        push[0] = _keys.Ready;
        foreach (var message in messages)
        {
            if (message.DueAt is null)
            {
                push[++Ready] = message.Listed.Bytes;
            }
        }

        if (Ready > 0)
        {
            _push = _commands.Count;
            _commands.Add(new RespCommand("LPUSH", push.AsMemory(0, Ready + 1)));
            Expire(_keys.Ready, secondsToLive);
        }
    }

    void Expire(string key, Func<long?, long>? secondsToLive)
    {
        if (secondsToLive is not null)
        {
            _commands.Add(RespCommand.Of("EXPIRE", key, secondsToLive(FirstDue)));
        }
    }

    static void Check(ReadOnlySpan<RespValue> replies)
    {
        foreach (var reply in replies)
        {
            if (reply.Kind == RespKind.Error)
            {
                throw new RespServerException(reply.AsString()!);
            }
        }
    }
}
