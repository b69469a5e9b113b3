using Agent.Executor.Service.Tools.Local;

namespace Agent.Executor.Service.Tools;

/// <summary>All tools there are now: the built-in ones, installed bundles, and those of healthy MCP endpoints. Where two have one name, the first of these counts.</summary>
sealed class ToolCatalogue(IEnumerable<ITool> builtIn, LocalTools local, GatewayTools gateway) : IToolSource
{
    readonly Dictionary<string, ITool> _builtIn = builtIn.ToDictionary(tool => tool.Description.Name, StringComparer.Ordinal);

    /// <summary>Those a step is offered: its hints, or all.</summary>
    public async Task<IReadOnlyList<ITool>> OfferedAsync(IReadOnlyList<string> hints, CancellationToken cancellationToken)
    {
        if (hints.Count > 0 && hints.All(_builtIn.ContainsKey))
        {
            return [.. hints.Distinct(StringComparer.Ordinal).Select(name => _builtIn[name])];
        }

        var all = _builtIn.Values.Concat(local.List()).Concat(await gateway.ListAsync(cancellationToken)).DistinctBy(tool => tool.Description.Name, StringComparer.Ordinal);
        return [.. all.Where(tool => hints.Count == 0 || hints.Contains(tool.Description.Name)).OrderBy(tool => tool.Description.Name, StringComparer.Ordinal)];
    }

    public async Task<ITool?> FindAsync(string name, CancellationToken cancellationToken) =>
        _builtIn.TryGetValue(name, out var tool) ? tool
        : local.List().FirstOrDefault(installed => installed.Description.Name == name) is { } found ? found
        : (await gateway.ListAsync(cancellationToken)).FirstOrDefault(tool => tool.Description.Name == name);
}
