using Microsoft.Extensions.Configuration;

namespace Agent.AppHost.Local.Tests;

/// <summary>A directory of its own and an application of shell scripts.</summary>
sealed class World : IAsyncDisposable
{
    readonly List<DistributedApplication> _applications = [];

    public World()
    {
        Builder.Configuration["LogDirectory"] = Path.Combine(Folder, "logs");
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public string Folder { get; } = Directory.CreateTempSubdirectory("apphost-").FullName;

    public IDistributedApplicationBuilder Builder { get; } = DistributedApplication.CreateBuilder([]);

    public IResourceBuilder<ExecutableResource> Script(string name, string script) => Builder.AddExecutable(name, "/bin/sh", Folder, "-c", script);

    public async Task<DistributedApplication> StartAsync()
    {
        var application = Builder.Build();
        _applications.Add(application);
        await application.StartAsync();
        return application;
    }

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Waits until a file the scripts write has what is wanted.</summary>
    public async Task<string> FileAsync(string file, Func<string, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (File.Exists(PathOf(file)) && await File.ReadAllTextAsync(PathOf(file), limit.Token) is var text && wanted(text))
            {
                return text;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var application in _applications)
        {
            await application.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
