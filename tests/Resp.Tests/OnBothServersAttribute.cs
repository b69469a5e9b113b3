using System.Reflection;
using Agent.TestKit;
using Xunit.Sdk;
using Xunit.v3;

namespace Agent.Resp.Tests;

/// <summary>The test runs on Garnet and on Redis.</summary>
sealed class OnBothServersAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<ServerKind>(ServerKind.Garnet), new TheoryDataRow<ServerKind>(ServerKind.Redis)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
