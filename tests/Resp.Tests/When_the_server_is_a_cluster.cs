using System.Threading.Channels;
using Agent.Resp.Clusters;
using Agent.TestKit;

namespace Agent.Resp.Tests;

/// <summary>Three real nodes; the connection string names one of them.</summary>
public sealed class When_the_server_is_a_cluster(When_the_server_is_a_cluster.Shared shared) : IClassFixture<When_the_server_is_a_cluster.Shared>, IAsyncDisposable
{
    readonly RedisCluster _cluster = shared.Cluster;
    readonly RespConnection _connection = new(RespOptions.Parse(shared.Cluster.ConnectionString + ",connectTimeout=1000"));

    readonly RespConnection _stale = new(RespOptions.Parse(shared.Cluster.ConnectionString));

    [Fact]
    public async Task Each_command_goes_to_the_node_of_its_key_alone_in_batches_in_transactions_and_watched()
    {
        string[] keys = [.. Enumerable.Range(0, 30).Select(i => $"key:{i}")];
        await Task.WhenAll(keys.Select(key => _connection.ExecuteAsync(RespCommand.Of("SET", key, key)).AsTask()));

        var batch = await _connection.ExecuteAsync(keys.SelectMany(key => (RespCommand[])[RespCommand.Of("APPEND", key, "+"), RespCommand.Of("GET", key), RespCommand.Of("PING")]).ToArray());
        keys.Select((_, i) => batch[(i * 3) + 1].AsString()).ShouldBe(keys.Select(key => key + "+"));

        foreach (var key in keys)
        {
            var done = await _connection.TransactionAsync(new[] { RespCommand.Of("SET", $"{{{key}}}:a", 1), RespCommand.Of("INCR", $"{{{key}}}:a") });
            done[1].AsInt64().ShouldBe(2);
            var watched = await _connection.WatchAsync([key], async reader => [RespCommand.Of("SET", key, (await reader.ExecuteAsync(RespCommand.Of("GET", key))).AsString() + "!")]);
            watched.ShouldNotBeNull();
            (await _connection.ExecuteAsync(RespCommand.Of("GET", key))).AsString().ShouldBe(key + "+!");
        }

        (await Task.WhenAll(_cluster.Nodes.Select(node => RedisCluster.OnAsync(node, "DBSIZE")))).ShouldAllBe(count => int.Parse(count, null) > 0);
    }

    [Fact]
    public async Task A_transaction_over_several_slots_is_refused_by_name_before_it_is_sent()
    {
        var error = await Should.ThrowAsync<RespServerException>(async () => await _connection.TransactionAsync(new[] { RespCommand.Of("SET", "a", 1), RespCommand.Of("SET", "b", 1) }));

        error.Message.ShouldStartWith("CROSSSLOT");
        error.Message.ShouldContain("SET a (slot 15495), SET b (slot 3300)");
        (await _connection.ExecuteAsync(RespCommand.Of("EXISTS", "a"))).AsInt64().ShouldBe(0);
    }

    [Fact]
    public async Task A_slot_that_moves_is_followed_and_counts_as_a_new_generation()
    {
        var key = "moving";
        var slot = $"{HashSlot.Of(key)}";
        await _connection.ExecuteAsync(RespCommand.Of("SET", key, 1));
        var before = _connection.Generation;
        var owner = await _cluster.OwnerAsync(key);
        var other = _cluster.Nodes.First(node => node != owner);
        var (ownerId, otherId) = (await RedisCluster.OnAsync(owner, "CLUSTER", "MYID"), await RedisCluster.OnAsync(other, "CLUSTER", "MYID"));

        // On its way: what is not there any more is asked for at the other.
        await RedisCluster.OnAsync(other, "CLUSTER", "SETSLOT", slot, "IMPORTING", ownerId);
        await RedisCluster.OnAsync(owner, "CLUSTER", "SETSLOT", slot, "MIGRATING", otherId);
        await RedisCluster.OnAsync(owner, "MIGRATE", "127.0.0.1", other.ConnectionString.Split(':')[1], key, "0", "5000");
        (await _connection.ExecuteAsync(RespCommand.Of("INCR", key))).AsInt64().ShouldBe(2);

        await RedisCluster.OnAsync(other, "CLUSTER", "SETSLOT", slot, "NODE", otherId);
        await RedisCluster.OnAsync(owner, "CLUSTER", "SETSLOT", slot, "NODE", otherId);
        (await _connection.ExecuteAsync(RespCommand.Of("INCR", key))).AsInt64().ShouldBe(3);
        (await _connection.TransactionAsync(new[] { RespCommand.Of("INCR", key), RespCommand.Of("INCR", key) }))[1].AsInt64().ShouldBe(5);

        // Another client has not heard of it when it sends a batch with a transaction inside.
        await _stale.ExecuteAsync(RespCommand.Of("GET", "elsewhere"));
        await RedisCluster.OnAsync(owner, "CLUSTER", "SETSLOT", slot, "IMPORTING", otherId);
        await RedisCluster.OnAsync(other, "CLUSTER", "SETSLOT", slot, "MIGRATING", ownerId);
        await RedisCluster.OnAsync(other, "MIGRATE", "127.0.0.1", owner.ConnectionString.Split(':')[1], key, "0", "5000");
        await RedisCluster.OnAsync(owner, "CLUSTER", "SETSLOT", slot, "NODE", ownerId);
        await RedisCluster.OnAsync(other, "CLUSTER", "SETSLOT", slot, "NODE", ownerId);
        var batch = await _stale.ExecuteAsync(new[] { RespCommand.Of("GET", "elsewhere"), RespCommand.Of("MULTI"), RespCommand.Of("INCR", key), RespCommand.Of("INCR", key), RespCommand.Of("EXEC"), RespCommand.Of("GET", key) });
        batch[4].AsArray().Select(reply => reply.AsInt64()).ShouldBe([6, 7]);
        batch[5].AsString().ShouldBe("7");
        _connection.Generation.ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_node_that_is_gone_is_said_and_used_again_when_it_is_back()
    {
        var key = "held";
        await _connection.ExecuteAsync(RespCommand.Of("SET", key, "kept"));
        var owner = await _cluster.OwnerAsync(key);
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"other:{i}").First(other => Math.Abs(HashSlot.Of(other) - HashSlot.Of(key)) > 6000);
        await owner.KillAsync();

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await _connection.ExecuteAsync(RespCommand.Of("GET", key)));
        error.Message.ShouldContain("127.0.0.1:");
        await owner.RestartAsync();

        await Eventually(async () => (await _connection.ExecuteAsync(RespCommand.Of("GET", key))).AsString() == "kept");
        await Eventually(async () => (await _connection.ExecuteAsync(RespCommand.Of("SET", elsewhere, 1))).AsString() == "OK");
    }

    [Fact]
    public async Task What_is_published_at_one_node_is_heard_at_another()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var subscriber = new RespSubscriber(RespOptions.Parse(_cluster.Nodes[1].ConnectionString));
        await using var subscription = await subscriber.SubscribeAsync("bell", payload => heard.Writer.TryWrite(System.Text.Encoding.UTF8.GetString(payload.Span)));

        await _connection.ExecuteAsync(RespCommand.Of("PUBLISH", "bell", "ding"));

        (await heard.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("ding");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _stale.DisposeAsync();
    }

    static async Task Eventually(Func<Task<bool>> look)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if (await look())
                {
                    return;
                }
            }
            catch (RespConnectionException) when (!limit.IsCancellationRequested)
            {
                // Not yet.
            }

            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Its start takes longer than the tests.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        RedisCluster? _cluster;

        public RedisCluster Cluster
        {
            get
            {
                Assert.SkipWhen(_cluster is null, SharedServers.Missing(ServerKind.Redis));
                return _cluster;
            }
        }

        public async ValueTask InitializeAsync() => _cluster = await RedisCluster.TryStartAsync();

        public async ValueTask DisposeAsync() => await (_cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
