using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Agent.Bench.Runs;

namespace Agent.Bench.Peers;

/// <summary>The peers' programs, with their packages in a cache outside of the repository, one for each version of <c>package.json</c>.</summary>
sealed class PeerPrograms
{
    static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(4);
    static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(10);

    readonly string _directory;

    PeerPrograms(string directory) => _directory = directory;

    /// <exception cref="PeerMissingException">Node, npm or a package is not to be had.</exception>
    public static async Task<PeerPrograms> InstallAsync()
    {
        var source = Path.Combine(Repository.Root, "bench", "Peers");
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package.json"))))[..12];
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var directory = Directory.CreateDirectory(Path.Combine(cache, "agent-bench", "peers-" + digest)).FullName;
        foreach (var file in Directory.EnumerateFiles(source).Where(file => Path.GetExtension(file) is ".mjs" or ".json"))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
        }

        // npm writes this last.
        if (!File.Exists(Path.Combine(directory, "node_modules", ".package-lock.json")))
        {
            await OtherProgram.OutputAsync("npm", ["install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], directory, InstallLimit);
        }

        await OtherProgram.OutputAsync("node", ["--version"], directory, InstallLimit);
        return new PeerPrograms(directory);
    }

    public async Task<IReadOnlyList<PeerFigures>> RunAsync(string program, string side, PostgresCluster cluster, IEnumerable<PeerLoad> loads, int seconds, int warmth)
    {
        var output = await OtherProgram.OutputAsync(
            "node",
            ["--no-deprecation", program, cluster.Url, cluster.ProcessId.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture), warmth.ToString(CultureInfo.InvariantCulture), .. loads.Select(load => load.ToString())],
            _directory, RunLimit);
        return [.. output.Split('\n').Select(line => JsonSerializer.Deserialize<PeerFigures>(line, JsonSerializerOptions.Web)! with { Side = side })];
    }
}

