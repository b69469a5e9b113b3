using Agent.TestKit;

namespace Agent.EndToEnd.Tests.Harness;

/// <summary>One RabbitMQ for the tests of this project that want one: its start takes as long as they do.</summary>
public sealed class SharedRabbit : IAsyncLifetime
{
    public const string Collection = "RabbitMQ";

    RabbitServer? _server;

    /// <summary>Skips the test where RabbitMQ is not installed.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(_server is null, "RabbitMQ is not installed (Debian: apt install rabbitmq-server).");
            return _server.ConnectionString;
        }
    }

    public async ValueTask InitializeAsync() => _server = await RabbitServer.TryStartAsync();

    public async ValueTask DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
}

[CollectionDefinition(SharedRabbit.Collection)]
public sealed class SharedRabbitCollection : ICollectionFixture<SharedRabbit>;
