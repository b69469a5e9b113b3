using System.Text.Json;

namespace Agent.Guardrails;

/// <summary>Requests as the built-in tools make them: for cases, for explaining, and for tests.</summary>
public static class ToolRequests
{
    public static ToolRequest ForCommand(string line, string workspace) => new()
    {
        Tool = "run_command",
        Effect = EffectStrength.Irreversible,
        ArgumentsJson = "{}",
        WorkspaceRoot = workspace,
        ShellCommand = line,
    };

    public static ToolRequest ForArgv(IReadOnlyList<string> argv, string workspace) => new()
    {
        Tool = "run_command",
        Effect = EffectStrength.Irreversible,
        ArgumentsJson = "{}",
        WorkspaceRoot = workspace,
        Argv = argv,
    };

    /// <param name="path">As given by a caller: relative or absolute, unresolved.</param>
    public static ToolRequest ForPath(bool isWrite, string path, string workspace) => new()
    {
        Tool = isWrite ? "write_file" : "read_file",
        Effect = isWrite ? EffectStrength.Idempotent : EffectStrength.Pure,
        ArgumentsJson = "{}",
        WorkspaceRoot = workspace,
        UnresolvedPaths = [new PathAccess(isWrite, path)],
    };

    /// <summary>A call as a journal holds it: tool and arguments. Null where the arguments do not say what it would do.</summary>
    public static ToolRequest? ForRecorded(string tool, JsonElement arguments, EffectStrength? effect, string workspace, string? principal)
    {
        var based = tool switch
        {
            "run_command" when Text(arguments, "shell") is { } line => ForCommand(line, workspace),
            "run_command" when Words(arguments, "argv") is { } argv => ForArgv(argv, workspace),
            "git" when Words(arguments, "args") is { } words => ForArgv(words is ["git", ..] ? words : ["git", .. words], workspace),
            "read_file" or "list_files" or "search_text" => ForPath(isWrite: false, Text(arguments, "path") ?? ".", workspace),
            "write_file" or "edit_file" when Text(arguments, "path") is { } path => ForPath(isWrite: true, path, workspace),
            "http_get" when Text(arguments, "url") is { } url => ForUrl("GET", url, workspace),
            "http_request" when Text(arguments, "url") is { } url => ForUrl(Text(arguments, "method") ?? "GET", url, workspace),
            _ when effect is not null => new ToolRequest { Tool = tool, Effect = effect.Value, ArgumentsJson = "{}", WorkspaceRoot = workspace },
            _ => null,
        };
        return based is null ? null : based with { Tool = tool, Effect = effect ?? based.Effect, ArgumentsJson = arguments.GetRawText(), Principal = principal };
    }

    static string? Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static List<string>? Words(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            ? [.. value.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.String ? word.GetString()! : word.GetRawText())]
            : null;

    public static ToolRequest ForUrl(string method, string url, string workspace)
    {
        var reads = method.ToUpperInvariant() is "GET" or "HEAD";
        return new()
        {
            Tool = reads ? "http_get" : "http_request",
            Effect = reads ? EffectStrength.Pure : EffectStrength.Irreversible,
            ArgumentsJson = "{}",
            WorkspaceRoot = workspace,
            Url = new UrlAccess(method, url),
        };
    }
}
