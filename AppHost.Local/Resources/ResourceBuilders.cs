namespace Agent.AppHost.Local;

/// <summary>What the application's composition is written with; the names are Aspire's, so that one <c>Program.cs</c> compiles against both.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    T Resource { get; }
}

sealed class ResourceBuilder<T>(T resource) : IResourceBuilder<T>
    where T : IResource
{
    public T Resource { get; } = resource;
}

/// <summary>How a resource is told what it needs.</summary>
public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : ProcessResource
    {
        builder.Resource.Environment[name] = () => value;
        return builder;
    }

    /// <summary>Gives the resource <c>ConnectionStrings__name</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source)
        where T : ProcessResource
    {
        builder.Resource.References.Add(source.Resource);
        return builder;
    }

    /// <summary>Gives the resource <c>services__name__http__0</c> and so on, one a replica.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where T : ProcessResource
    {
        builder.Resource.References.Add(source.Resource);
        return builder;
    }

    /// <summary>Starts the resource when the other one is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : ProcessResource
    {
        if (dependency.Resource is ProcessResource process)
        {
            builder.Resource.WaitsFor.Add(process);
        }

        return builder;
    }

    /// <summary>An endpoint on loopback. There is no proxy here, so <paramref name="isProxied"/> only keeps the name.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool isProxied = true)
        where T : ProcessResource
    {
        builder.Resource.Endpoint = new HttpEndpoint(targetPort ?? port);
        return builder;
    }

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null)
        where T : ProcessResource
    {
        builder.Resource.HealthPath = path ?? "/";
        return builder;
    }

    /// <summary>Done before each start of the resource, those after a crash included.</summary>
    public static IResourceBuilder<T> BeforeStart<T>(this IResourceBuilder<T> builder, Func<CancellationToken, Task> preparation)
        where T : ProcessResource
    {
        builder.Resource.Preparation = preparation;
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        builder.Resource.Replicas = replicas;
        return builder;
    }
}
