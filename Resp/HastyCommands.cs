using System.Collections.Frozen;

namespace Agent.Resp;

/// <summary>Commands whose answer need not wait for the server's file. What is not named here waits.</summary>
/// <remarks>All of them read, but for <c>LMOVE</c>: a queue's take. One that a killed server has forgotten is a message given out again, as after the death of whoever took it.</remarks>
static class HastyCommands
{
    static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "ACL", "ASKING", "AUTH", "CLIENT", "CLUSTER", "COMMITAOF", "CONFIG", "DBSIZE", "ECHO", "EXISTS", "GET", "HELLO", "HEXISTS", "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HVALS", "INFO", "KEYS", "LINDEX", "LLEN", "LMOVE",
        "LPOS", "LRANGE", "MGET", "PING", "PTTL", "PUBLISH", "READONLY", "SCAN", "SCARD", "SELECT", "SENTINEL", "SISMEMBER", "SMEMBERS", "STRLEN", "TIME", "TTL", "TYPE", "UNWATCH", "WATCH", "ZCARD",
        "ZRANGE", "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZSCORE",
    ],
    StringComparer.OrdinalIgnoreCase);

    public static bool Has(string name) => Names.Contains(name);
}
