[assembly: AssemblyFixture(typeof(Agent.Dashboard.Web.Tests.Harness.SharedDoor))]

namespace Agent.Dashboard.Web.Tests.Harness;

/// <summary>One door for all tests that do not harm it; each test makes runs of its own.</summary>
public sealed class SharedDoor : IAsyncLifetime
{
    internal DoorHarness Door { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Door = await DoorHarness.StartAsync();

    public ValueTask DisposeAsync() => Door.DisposeAsync();
}
