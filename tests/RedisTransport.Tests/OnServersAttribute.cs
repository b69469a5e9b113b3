using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Agent.RedisTransport.Tests;

/// <summary>The promise is tested on Garnet and on Redis.</summary>
sealed class OnServersAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<TransportKind>(TransportKind.Garnet), new TheoryDataRow<TransportKind>(TransportKind.Redis)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>The promise is tested on Garnet, on Redis and, as MassTransit makes it too, on its memory transport.</summary>
sealed class OnAllTransportsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<TransportKind>(TransportKind.Garnet), new TheoryDataRow<TransportKind>(TransportKind.Redis), new TheoryDataRow<TransportKind>(TransportKind.Memory)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
