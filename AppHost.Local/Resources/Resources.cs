namespace Agent.AppHost.Local;

/// <summary>Something the application consists of.</summary>
public interface IResource
{
    /// <summary>Unique in the application; also the service's name for discovery.</summary>
    string Name { get; }
}

/// <summary>Something that is reached by a connection string.</summary>
public interface IResourceWithConnectionString : IResource;

/// <summary>Something whose HTTP endpoint others are told.</summary>
public interface IResourceWithServiceDiscovery : IResource;

/// <summary>A connection string taken from configuration (<c>ConnectionStrings:name</c>).</summary>
public sealed class ConnectionStringResource(string name, string value) : IResourceWithConnectionString
{
    public string Name { get; } = name;

    internal string Value { get; } = value;
}

/// <summary>A process the host starts, watches and ends.</summary>
public abstract class ProcessResource(string name) : IResource
{
    public string Name { get; } = name;

    internal abstract string FileName { get; }

    internal abstract IReadOnlyList<string> Arguments { get; }

    internal abstract string WorkingDirectory { get; }

    internal Dictionary<string, Func<string?>> Environment { get; } = new(StringComparer.Ordinal);

    internal List<IResource> References { get; } = [];

    internal List<ProcessResource> WaitsFor { get; } = [];

    internal HttpEndpoint? Endpoint { get; set; }

    /// <summary>Path answering 200 when healthy; null: healthy as soon as it listens, or runs if it has no endpoint.</summary>
    internal string? HealthPath { get; set; }

    internal int Replicas { get; set; } = 1;

    internal Func<CancellationToken, Task>? Preparation { get; set; }
}

/// <summary>One of the solution's own services, run from its build output.</summary>
public sealed class ProjectResource(string name, IProjectMetadata project) : ProcessResource(name), IResourceWithServiceDiscovery
{
    internal override string FileName => File.Exists(Executable) ? Executable : "dotnet";

    internal override IReadOnlyList<string> Arguments => File.Exists(Executable) ? [] : [project.TargetPath];

    internal override string WorkingDirectory => Path.GetDirectoryName(project.ProjectPath)!;

    string Executable => Path.ChangeExtension(project.TargetPath, OperatingSystem.IsWindows() ? ".exe" : null).TrimEnd('.');
}

/// <summary>Any other program.</summary>
public sealed class ExecutableResource(string name, string command, string workingDirectory, string[] arguments) : ProcessResource(name)
{
    internal override string FileName => command;

    internal override IReadOnlyList<string> Arguments => arguments;

    internal override string WorkingDirectory => workingDirectory;
}

/// <summary>Where a project lies; a class per referenced project is generated into the namespace <c>Projects</c>.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }

    string TargetPath { get; }
}

/// <summary>An HTTP endpoint on loopback; without a fixed port, free ones are found at start, one a replica.</summary>
sealed class HttpEndpoint(int? fixedPort)
{
    public int? FixedPort { get; } = fixedPort;

    public int[] Ports { get; set; } = [];

    public string UrlOf(int replica) => $"http://127.0.0.1:{Ports[replica]}";
}
