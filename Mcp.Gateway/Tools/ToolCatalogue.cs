using System.Collections.Frozen;
using System.IO.Enumeration;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Settings;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>All tools of one endpoint at one time.</summary>
sealed class ToolCatalogue
{
    readonly FrozenDictionary<string, EndpointTool> _byTool;
    readonly FrozenDictionary<string, EndpointTool> _byName;

    ToolCatalogue(IReadOnlyList<EndpointTool> tools)
    {
        Tools = tools;
        _byTool = tools.ToFrozenDictionary(tool => tool.Tool, StringComparer.Ordinal);
        _byName = tools.ToFrozenDictionary(tool => tool.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<EndpointTool> Tools { get; }

    /// <summary>By the endpoint's own name of it, or by the federated one.</summary>
    public EndpointTool? Find(string name) => _byTool.GetValueOrDefault(name) ?? _byName.GetValueOrDefault(name);

    public bool Same(ToolCatalogue? other) =>
        other is not null && Tools.Count == other.Tools.Count && Tools.Zip(other.Tools).All(pair => pair.First.Name == pair.Second.Name && pair.First.Standing == pair.Second.Standing && pair.First.Definition.Hash == pair.Second.Definition.Hash);

    public static ToolCatalogue Of(EndpointSettings settings, IEnumerable<Tool> offered, DefinitionPins pins)
    {
        var definitions = offered.DistinctBy(tool => tool.Name, StringComparer.Ordinal).Select(ToolDefinition.Of).OrderBy(tool => tool.Name, StringComparer.Ordinal).ToList();
        var changed = pins.Judge(settings.Name, definitions);
        return new([
            .. definitions
                .Select(definition => new EndpointTool(
                    FederatedName.Of(settings.Name, definition.Name),
                    settings.Name,
                    definition,
                    Effect(settings, definition),
                    !settings.AllowedTools.Any(glob => FileSystemName.MatchesSimpleExpression(glob, definition.Name, ignoreCase: false)) ? ToolStanding.NotAllowed
                        : changed.Contains(definition.Name) ? ToolStanding.Quarantined
                        : ToolStanding.Offered))
                .DistinctBy(tool => tool.Name, StringComparer.Ordinal),
        ]);
    }

    static EffectClass Effect(EndpointSettings settings, ToolDefinition definition)
    {
        foreach (var (glob, effect) in settings.Effects)
        {
            if (FileSystemName.MatchesSimpleExpression(glob, definition.Name, ignoreCase: false))
            {
                return effect;
            }
        }

        return definition.Protocol.Annotations switch
        {
            { ReadOnlyHint: true } when settings.TrustHints => EffectClass.Pure,
            { IdempotentHint: true } when settings.TrustHints => EffectClass.Idempotent,
            _ => EffectClass.Irreversible,
        };
    }
}
