using Agent.Contracts;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests;

/// <summary>A server, and a journal on it as one process has it; more processes by <see cref="Another"/>.</summary>
sealed class JournalWorld : IAsyncDisposable
{
    readonly List<IAsyncDisposable> _parts = [];
    readonly RedisServer? _own;

    JournalWorld(RedisServer server, bool own)
    {
        Server = server;
        _own = own ? server : null;
        (Connection, Subscriber, Journal) = Another();
    }

    public RedisServer Server { get; }

    public RespConnection Connection { get; }

    public RespSubscriber Subscriber { get; }

    public RunJournal Journal { get; }

    /// <summary>On a server shared by all tests.</summary>
    public static async Task<JournalWorld> OnAsync(ServerKind kind)
    {
        var server = await SharedServers.FindAsync(kind);
        Assert.SkipWhen(server is null, SharedServers.Missing(kind));
        return new JournalWorld(server, own: false);
    }

    /// <summary>On one node of a cluster; the journal finds the others.</summary>
    public static JournalWorld On(RedisCluster cluster) => new(cluster.Nodes[0], own: false);

    /// <summary>On a server of its own: to kill, or to be alone on. Redis writes each answer's append-only file first: with <c>everysec</c> a killed server may forget what it
    /// answered while a flush was under way (docs/durability.md).</summary>
    public static async Task<JournalWorld> AloneOnAsync(ServerKind kind)
    {
        string[] more = kind == ServerKind.Redis ? ["--appendfsync", "always"] : [];
        var server = await SharedServers.StartAsync(kind, more);
        Assert.SkipWhen(server is null, SharedServers.Missing(kind));
        return new JournalWorld(server, own: true);
    }

    /// <summary>The journal as another process has it.</summary>
    public (RespConnection Connection, RespSubscriber Subscriber, RunJournal Journal) Another()
    {
        var options = RespOptions.Parse(Server.ConnectionString);
        var connection = new RespConnection(options);
        var subscriber = new RespSubscriber(options);
        var journal = new RunJournal(connection, subscriber, TimeProvider.System);
        lock (_parts)
        {
            // Writers of one test ask for theirs at once.
            _parts.AddRange([connection, subscriber, journal]);
        }

        return (connection, subscriber, journal);
    }

    /// <summary>A run with its first entry.</summary>
    public async Task<(Guid RunId, JournalHead Head)> SubmitAsync(string goal = "Count the files")
    {
        var runId = Guid.CreateVersion7();
        return (runId, await AppendAsync(runId, JournalHead.Empty, Sample.Submitted(goal)));
    }

    /// <summary>Appends; the test fails if the head moved.</summary>
    public async Task<JournalHead> AppendAsync(Guid runId, JournalHead expected, params IRunEvent[] events) =>
        (await Journal.AppendAsync(runId, expected, events, "test")).ShouldBeOfType<AppendResult.Appended>().Head;

    public async Task<List<JournalEntry>> ReadAsync(Guid runId, long from = 1)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in Journal.ReadAsync(runId, from))
        {
            entries.Add(entry);
        }

        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        _parts.Reverse();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }

        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}
