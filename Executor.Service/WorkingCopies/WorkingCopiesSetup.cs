using MassTransit;

namespace Agent.Executor.Service.WorkingCopies;

static class WorkingCopiesSetup
{
    /// <summary>What making, checking and promoting working copies needs.</summary>
    public static IServiceCollection AddWorkingCopies(this IServiceCollection services)
    {
        services.AddSingleton<CopyPlaces>();
        services.AddSingleton<CopyMaking>();
        services.AddSingleton<IgnoredFiles>();
        services.AddSingleton<ChangeFinding>();
        services.AddSingleton<CheckHooks>();
        services.AddSingleton<CopyTending>();
        services.AddHostedService<CopyRemoval>();
        return services;
    }

    public static void AddWorkingCopyConsumers(this IBusRegistrationConfigurator bus) => bus.AddConsumer<TendWorkingCopyConsumer, TendWorkingCopyConsumerDefinition>();
}
