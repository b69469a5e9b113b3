using Agent.AppHost.Suite;

return await SuiteCommandLine.InvokeAsync(args, Compose);

// What runs, what it is told and what it waits for.
static DistributedApplication Compose(SuiteSettings suite)
{
    var builder = suite.CreateBuilder();
    var redis = builder.AddConnectionString("redis");
    var store = suite.EmbeddedRedis is { } embedded
        ? builder.AddExecutable("redis-server", "dotnet", embedded.Directory, embedded.Arguments)
            .WithHttpEndpoint(port: embedded.Port, targetPort: embedded.Port, isProxied: false)
            .WithEnvironment("DOTNET_gcServer", EmbeddedRedis.ServerCollector)
            .WithEnvironment("DOTNET_TC_CallCountingDelayMs", EmbeddedRedis.CallCountingDelay)
#if ASPIRE
            .OnBeforeResourceStarted((_, _, cancellationToken) => EmbeddedRecovery.RunAsync(embedded, cancellationToken))
#else
            .BeforeStart(cancellationToken => EmbeddedRecovery.RunAsync(embedded, cancellationToken))
#endif
        : null;

    var policy = Service<Projects.Policy_Service>("policy-service");
    var gateway = Service<Projects.Mcp_Gateway>("mcp-gateway").WithReference(policy);
    var planner = Service<Projects.Planner_Service>("planner-service").WithReference(policy).WithReference(gateway);
    var reviewer = Service<Projects.Reviewer_Service>("reviewer-service").WithReference(policy).WithReference(gateway);
    var executor = Service<Projects.Executor_Service>("executor-service").WithReference(policy).WithReference(gateway).WithReplicas(suite.Executors);

    Service<Projects.Dashboard_Web>("dashboard-web", suite.Port)
        .WithReference(policy).WithReference(gateway).WithReference(planner).WithReference(reviewer).WithReference(executor)
        .WithEnvironment("AGENT_DOOR_KEY", suite.DoorKey)
        .WithEnvironment("AGENT_LOGIN_TOKEN", suite.LoginToken);

    return builder.Build();

    IResourceBuilder<ProjectResource> Service<TProject>(string name, int? port = null)
        where TProject : IProjectMetadata, new()
    {
        var service = builder.AddProject<TProject>(name, launchProfileName: null)
            .WithHttpEndpoint(port: port, targetPort: port, isProxied: port is null)
            .WithHttpHealthCheck("/health")
            .WithReference(redis);
        foreach (var (variable, value) in suite.ServiceEnvironment)
        {
            service.WithEnvironment(variable, value);
        }

        return store is null ? service : service.WaitFor(store);
    }
}
