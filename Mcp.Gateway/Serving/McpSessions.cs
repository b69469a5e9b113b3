using System.Collections.Concurrent;
using System.Security.Cryptography;
using Agent.Mcp.Gateway.Endpoints;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>Sessions of MCP clients that speak a revision with sessions (up to 2025-11-25). Ended by the client, by idleness, or oldest first when there are too many.</summary>
sealed class McpSessions : IAsyncDisposable
{
    const int Most = 1000;
    static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    readonly ConcurrentDictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);
    readonly FederatedServer _server;
    readonly ILoggerFactory _loggers;
    readonly TimeProvider _time;

    public McpSessions(FederatedServer server, EndpointSet endpoints, ILoggerFactory loggers, TimeProvider time)
    {
        (_server, _loggers, _time) = (server, loggers, time);
        endpoints.Changed += Announce;
    }

    public int Count => _sessions.Count;

    public int Listening => _sessions.Values.Count(session => session.IsListening);

    public async Task<McpSession> OpenAsync(string? caller)
    {
        await SweepAsync();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var transport = new StreamableHttpServerTransport(_loggers) { SessionId = id };
        var session = new McpSession(id, caller, transport, McpServer.Create(transport, _server.Options(), _loggers), _time);
        _sessions[id] = session;
        return session;
    }

    /// <summary>A session is its caller's: for others there is none.</summary>
    public McpSession? Find(string id, string? caller) => _sessions.GetValueOrDefault(id) is { } session && session.Caller == caller ? session : null;

    public async Task EndAsync(string id)
    {
        if (_sessions.TryRemove(id, out var session))
        {
            await session.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_sessions.Keys.Select(EndAsync));

    /// <summary>Done when a session is opened: nothing runs while nobody comes.</summary>
    async Task SweepAsync()
    {
        var idle = _sessions.Values.Where(session => !session.IsBusy && _time.GetElapsedTime(session.LastUsed) > Idle);
        var tooMany = _sessions.Values.Where(session => !session.IsBusy).OrderBy(session => session.LastUsed).Take(Math.Max(0, _sessions.Count + 1 - Most));
        foreach (var session in idle.Concat(tooMany).ToList())
        {
            await EndAsync(session.Id);
        }
    }

    void Announce()
    {
        foreach (var session in _sessions.Values)
        {
            session.AnnounceTools();
        }
    }
}

sealed class McpSession : IAsyncDisposable
{
    readonly McpServer _server;
    readonly CancellationTokenSource _ending = new();
    readonly Task _running;
    readonly TimeProvider _time;
    int _requests;
    int _listening;

    public McpSession(string id, string? caller, StreamableHttpServerTransport transport, McpServer server, TimeProvider time)
    {
        (Id, Caller, Transport, _server, _time) = (id, caller, transport, server, time);
        LastUsed = time.GetTimestamp();
        _running = server.RunAsync(_ending.Token);
    }

    public string Id { get; }

    public string? Caller { get; }

    public StreamableHttpServerTransport Transport { get; }

    public long LastUsed { get; private set; }

    public bool IsBusy => Volatile.Read(ref _requests) > 0;

    public bool IsListening => Volatile.Read(ref _listening) == 1;

    /// <summary>One listening stream a session.</summary>
    public bool TryListen() => Interlocked.Exchange(ref _listening, 1) == 0;

    public void StopListening() => Volatile.Write(ref _listening, 0);

    public IDisposable Use()
    {
        Interlocked.Increment(ref _requests);
        return new Lease(this);
    }

    public void AnnounceTools()
    {
        if (IsListening)
        {
            _ = _server.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.ToolListChangedNotification }, _ending.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Transport.DisposeAsync();
        await Task.WhenAny(_running);
        await _server.DisposeAsync();
        _ending.Dispose();
    }

    sealed class Lease(McpSession session) : IDisposable
    {
        public void Dispose()
        {
            session.LastUsed = session._time.GetTimestamp();
            Interlocked.Decrement(ref session._requests);
        }
    }
}
