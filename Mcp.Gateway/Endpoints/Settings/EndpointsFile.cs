using System.Text.Json;
using System.Text.RegularExpressions;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>What reading <c>mcp_endpoints.json</c> gave: endpoints, or all its mistakes at once.</summary>
/// <param name="Digest">Of the file's bytes.</param>
sealed partial record EndpointsFile(string Path, IReadOnlyList<EndpointSettings> Endpoints, IReadOnlyList<Mistake> Mistakes, string Digest)
{
    /// <summary>Reads and checks. Never throws for what is in the file.</summary>
    public static EndpointsFile Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            var cure = File.Exists(path) ? "Make it readable for this user." : "Correct AGENT_MCP_ENDPOINTS, or create the file; without endpoints it is {\"endpoints\": []}.";
            return new(path, [], [new(path, 1, "$", "The file can not be read.", cure)], "");
        }

        return Parse(path, bytes);
    }

    public static EndpointsFile Parse(string path, ReadOnlySpan<byte> bytes)
    {
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        var mistakes = new List<Mistake>();
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        JsonPlace root;
        try
        {
            root = JsonPlace.Parse(bytes);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            var (line, what) = problem is JsonException { LineNumber: { } number } json
                ? ((int)number + 1, $"This is not JSON ({PositionNote().Replace(json.Message, "").TrimEnd('.')}, column {json.BytePositionInLine + 1}).")
                : (1, "This is not JSON (the text is not valid UTF-8).");
            mistakes.Add(new(path, line, "$", what, "Correct the syntax; without endpoints the file is {\"endpoints\": []}."));
            return new(path, [], mistakes, digest);
        }

        var endpoints = new List<EndpointSettings>();
        foreach (var (name, place) in Entries(path, root, mistakes))
        {
            var before = mistakes.Count;
            var settings = EndpointReader.Read(path, name, place, mistakes);
            if (mistakes.Count > before)
            {
                continue;
            }

            if (endpoints.Exists(known => string.Equals(known.Name, settings.Name, StringComparison.OrdinalIgnoreCase)))
            {
                mistakes.Add(new(path, place.Line, place.Path, $"There are two endpoints named '{settings.Name}'.", "Rename one: the name is the prefix of its tools."));
            }

            endpoints.Add(settings);
        }

        return new(path, mistakes.Count == 0 ? endpoints : [], mistakes, digest);
    }

    /// <summary><c>endpoints</c> as a list or by name; <c>mcpServers</c> is what other MCP clients call the same thing.</summary>
    static IEnumerable<(string? Name, JsonPlace Place)> Entries(string path, JsonPlace root, List<Mistake> mistakes)
    {
        if (root.Kind == JsonValueKind.Array)
        {
            return root.Items.Select(item => ((string?)null, item));
        }

        var reader = new EntryReader(path, root, mistakes);
        var listed = reader.Field("endpoints") ?? reader.Field("mcpServers");
        if (root.Kind == JsonValueKind.Object)
        {
            reader.NothingElse();
        }

        switch (listed?.Kind)
        {
            case JsonValueKind.Array:
                return listed.Items.Select(item => ((string?)null, item));
            case JsonValueKind.Object:
                return listed.Properties.Select(entry => ((string?)entry.Key, entry.Value));
            default:
                if (root.Kind == JsonValueKind.Object)
                {
                    reader.Wrong(listed ?? root, listed is null ? "'endpoints' is missing." : "'endpoints' is not a list.", "Write {\"endpoints\": [ … ]}; without endpoints {\"endpoints\": []}.");
                }

                return [];
        }
    }

    [GeneratedRegex(@"\s*(Path:[^|]*\|\s*)?LineNumber:.*$", RegexOptions.Singleline, 1000)]
    private static partial Regex PositionNote();
}
