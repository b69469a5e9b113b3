using Agent.Guardrails.Yaml;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.Cases;

/// <summary>One example beside the rules: a call, and what must be said to it.</summary>
sealed record PolicyCase(string Note, ToolRequest Call, Ruling Want, string? Rule, Place Place)
{
    /// <summary>Cases are judged in a workspace that exists nowhere.</summary>
    public const string Workspace = "/workspace";

    static readonly string[] CallKeys = ["tool", "effect", "command", "argv", "read", "write", "url", "arguments", "workspace", "principal"];

    static readonly Dictionary<string, Ruling> Answers = new() { ["allow"] = Ruling.Allow, ["ask"] = Ruling.Ask, ["deny"] = Ruling.Deny };

    static readonly Dictionary<string, EffectStrength> Effects = new()
    {
        ["pure"] = EffectStrength.Pure,
        ["idempotent"] = EffectStrength.Idempotent,
        ["compensatable"] = EffectStrength.Compensatable,
        ["irreversible"] = EffectStrength.Irreversible,
    };

    /// <param name="layer">Cases of a layer are of its workspace or principal unless they say otherwise.</param>
    public static IEnumerable<PolicyCase> Read(YamlFile file, Layer layer, MistakeList mistakes)
    {
        var root = new YamlSection(file.Name, file.Root, ["version", "cases"], mistakes);
        foreach (var node in root.Mappings("cases"))
        {
            var section = new YamlSection(file.Name, node, ["note", "call", "want", "rule"], mistakes);
            var want = section.Choice("want", Answers);
            if (!section.Has("want"))
            {
                section.Mistake("want", "`want` is missing.", "Write `want: allow`, `want: ask` or `want: deny`.");
            }

            if (!section.Has("call"))
            {
                section.Mistake("call", "`call` is missing.", "Write e.g. `call: { command: git status }`.");
            }

            if (section.Mapping("call") is { } call && want is { } answer
                && ReadCall(new YamlSection(file.Name, call, CallKeys, mistakes), layer) is { } request)
            {
                yield return new PolicyCase(section.Text("note") ?? "", request, answer, section.Text("rule"), section.Place);
            }
        }
    }

    static ToolRequest? ReadCall(YamlSection call, Layer layer)
    {
        var request = BasedOn(call);
        if (request is null)
        {
            return null;
        }

        return request with
        {
            Tool = call.Text("tool") ?? request.Tool,
            Effect = call.Choice("effect", Effects) ?? request.Effect,
            ArgumentsJson = call.Mapping("arguments") is { } arguments ? Json(arguments) : request.ArgumentsJson,
            WorkspaceName = call.Text("workspace") ?? layer.Workspace,
            Principal = call.Text("principal") ?? layer.Principal,
        };
    }

    static ToolRequest? BasedOn(YamlSection call)
    {
        if (call.Text("command") is { } command)
        {
            return ToolRequests.ForCommand(command, Workspace);
        }

        if (call.Has("argv"))
        {
            return ToolRequests.ForArgv([.. call.Texts("argv").Select(word => word.Text)], Workspace);
        }

        if (call.Text("read") is { } read)
        {
            return ToolRequests.ForPath(isWrite: false, read, Workspace);
        }

        if (call.Text("write") is { } write)
        {
            return ToolRequests.ForPath(isWrite: true, write, Workspace);
        }

        if (call.Text("url") is { } url)
        {
            var words = url.Split(' ', 2);
            return words.Length == 2 ? ToolRequests.ForUrl(words[0], words[1], Workspace) : ToolRequests.ForUrl("GET", url, Workspace);
        }

        if (call.Text("tool") is { } tool)
        {
            return new ToolRequest { Tool = tool, Effect = EffectStrength.Irreversible, ArgumentsJson = "{}", WorkspaceRoot = Workspace };
        }

        call.Mistake("", "The call names nothing to judge.", "Give `command`, `argv`, `read`, `write`, `url` or `tool`.");
        return null;
    }

    static string Json(YamlMappingNode node) =>
        System.Text.Json.JsonSerializer.Serialize(node.Children.ToDictionary(
            pair => (pair.Key as YamlScalarNode)?.Value ?? "", pair => (pair.Value as YamlScalarNode)?.Value ?? ""));
}
