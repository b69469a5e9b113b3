using Agent.Contracts;
using MassTransit;

namespace Agent.ServiceDefaults.Policies;

/// <summary>Every instance of every enforcing service hears of a new bundle; a repeat finds nothing new.</summary>
sealed class BundlePublishedConsumer(BundleBell bell) : IConsumer<BundlePublished>
{
    public Task Consume(ConsumeContext<BundlePublished> context)
    {
        bell.Ring();
        return Task.CompletedTask;
    }
}
