using Microsoft.Extensions.Configuration;

namespace Agent.AppHost.Local;

/// <summary>Collects what the application consists of.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Command line over environment. The local host reads <c>LogDirectory</c> from it.</summary>
    ConfigurationManager Configuration { get; }

    DistributedApplication Build();
}

sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    readonly List<ProcessResource> _processes = [];

    public DistributedApplicationBuilder(string[] args)
    {
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);
    }

    public ConfigurationManager Configuration { get; } = new();

    public T Add<T>(T resource)
        where T : ProcessResource
    {
        if (_processes.Exists(other => other.Name == resource.Name))
        {
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'.");
        }

        _processes.Add(resource);
        return resource;
    }

    public DistributedApplication Build()
    {
        var logs = Configuration["LogDirectory"] ?? Path.Combine(AppContext.BaseDirectory, "logs");
        return new DistributedApplication(_processes, logs);
    }
}

/// <summary>The kinds of resource.</summary>
public static class DistributedApplicationBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() =>
        new ResourceBuilder<ProjectResource>(((DistributedApplicationBuilder)builder).Add(new ProjectResource(name, new TProject())));

    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[] args) =>
        new ResourceBuilder<ExecutableResource>(((DistributedApplicationBuilder)builder).Add(new ExecutableResource(name, command, workingDirectory, args)));

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name) =>
        new ResourceBuilder<ConnectionStringResource>(new ConnectionStringResource(
            name,
            builder.Configuration.GetConnectionString(name)
            ?? throw new DistributedApplicationException($"ConnectionStrings__{name} is not set.")));
}

/// <summary>The application can not be composed or started; the message is for a person.</summary>
public sealed class DistributedApplicationException(string message) : Exception(message);
