using System.Diagnostics;

namespace Agent.TestKit.Node;

/// <summary>Packages from npm, installed once into a cache outside of the repository. Who has no Node does without: what wants them says why it was skipped.</summary>
public sealed class NodePackages(string cache, params IReadOnlyList<string> packages)
{
    readonly Lock _gate = new();
    Task<string?>? _installed;

    /// <summary>Where <c>node_modules</c> is.</summary>
    public string Directory { get; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "agent-tests", cache);

    /// <summary>Installs what is not there.</summary>
    /// <returns>Null when all is there, else why not.</returns>
    public Task<string?> InstallAsync()
    {
        lock (_gate)
        {
            return _installed ??= TryInstallAsync();
        }
    }

    async Task<string?> TryInstallAsync()
    {
        System.IO.Directory.CreateDirectory(Directory);

        // Several test runs may come here at once.
        await using var turn = await TurnAsync();
        if (packages.All(package => File.Exists(Path.Combine(Directory, "node_modules", package, "package.json"))))
        {
            return await RunAsync("node", "--version") ? null : "node is not installed";
        }

        if (!await RunAsync("node", "--version") || !await RunAsync("npm", "--version"))
        {
            return "node and npm are not installed";
        }

        return await RunAsync("npm", ["install", "--prefix", Directory, "--no-audit", "--no-fund", "--ignore-scripts", .. packages]) ? null : $"npm could not install {string.Join(", ", packages)}";
    }

    async Task<FileStream> TurnAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.None);
            }
            catch (IOException)
            {
                // Another test run is installing.
                await Task.Delay(200, patience.Token);
            }
        }
    }

    static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            await reading;
            return process.ExitCode == 0;
        }
        catch (Exception problem) when (problem is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            return false;
        }
    }
}
