using System.Text.Json;

namespace Agent.Executor.Service.Tools;

/// <summary>Reads a tool's argument schema as it stands in its file.</summary>
static class ToolSchema
{
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
