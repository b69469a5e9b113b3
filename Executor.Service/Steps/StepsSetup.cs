using Agent.Executor.Service.Replaying;
using MassTransit;

namespace Agent.Executor.Service.Steps;

static class StepsSetup
{
    /// <summary>What working on steps needs.</summary>
    public static IServiceCollection AddSteps(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<StepOptions, StepOptionsValidator>().BindConfiguration(StepOptions.Section);
        services.AddSingleton<ExecutorInstance>();
        services.AddSingleton<StepWatch>();
        services.AddSingleton<IToolOffers, ToolOffers>();
        services.AddSingleton<StepModel>();
        services.AddSingleton<StepBudget>();
        services.AddSingleton<StepLoop>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<StepReplay>();
        return services;
    }

    public static void AddStepConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ExecuteStepConsumer, ExecuteStepConsumerDefinition>();
        bus.AddConsumer<RunInterruptedConsumer, RunInterruptedConsumerDefinition>();
    }
}
