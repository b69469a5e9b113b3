using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Agent.Llm.Tests.OpenAi;

/// <summary>The test runs on both APIs, streamed and not.</summary>
sealed class CombinatorialApisAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<string, bool>("chat", false), new TheoryDataRow<string, bool>("chat", true), new TheoryDataRow<string, bool>("responses", false), new TheoryDataRow<string, bool>("responses", true)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
