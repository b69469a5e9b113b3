namespace Agent.Executor.Service.Sandbox;

static class SandboxSetup
{
    /// <summary>What running commands needs.</summary>
    public static IServiceCollection AddSandbox(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SandboxOptions, SandboxOptionsValidator>().BindConfiguration(SandboxOptions.Section);
        services.AddSingleton<LaunchThread>();
        services.AddSingleton<SandboxChoice>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxChoice>());
        services.AddSingleton<CommandRunner>();
        return services;
    }
}
