using Agent.Executor.Service.Sandbox;
using Agent.Guardrails.LocalTools;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools.Local;

/// <summary>The bundles installed below <c>AGENT_TOOLS_DIR</c>, a directory each. One that does not hold is left out and named; the others go on.</summary>
sealed class LocalTools(IConfiguration configuration, CommandRunner commands, IOptions<SandboxOptions> options, TimeProvider time, ILogger<LocalTools> logger)
{
    static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly HashSet<string> _told = new(StringComparer.Ordinal);
    IReadOnlyList<ITool> _tools = [];
    long? _readAt;

    public IReadOnlyList<ITool> List()
    {
        if (configuration[LocalToolManifest.DirectorySetting] is not { Length: > 0 } setting || !Directory.Exists(setting))
        {
            return [];
        }

        lock (_lock)
        {
            if (_readAt is not { } at || time.GetElapsedTime(at) > Freshness)
            {
                _tools = [.. Directory.EnumerateDirectories(Path.GetFullPath(setting)).Order(StringComparer.Ordinal).Where(directory => !Path.GetFileName(directory).StartsWith('.')).Select(Load).OfType<LocalTool>()
                    .DistinctBy(tool => tool.Description.Name, StringComparer.Ordinal)];
                _readAt = time.GetTimestamp();
            }

            return _tools;
        }
    }

    LocalTool? Load(string directory)
    {
        var file = Path.Combine(directory, LocalToolManifest.FileName);
        if (!File.Exists(file))
        {
            return null;
        }

        var (manifest, mistakes) = LocalToolManifest.Of(directory);

        foreach (var mistake in mistakes.Where(mistake => _told.Add($"{file}: {mistake}")))
        {
            logger.ToolNotUsed(file, mistake);
        }

        return manifest is not null ? new LocalTool(manifest, directory, commands, options) : null;
    }
}

static partial class LocalToolLog
{
    [LoggerMessage(LogLevel.Warning, "{File}: the tool is not used: {Mistake}")]
    public static partial void ToolNotUsed(this ILogger logger, string file, string mistake);
}
