using System.Text.Json.Nodes;
using Agent.TestKit.Node;

namespace Agent.Mcp.Gateway.Tests.Servers;

/// <summary>Real MCP servers from npm. Tests that want them are skipped by name where there is no Node.</summary>
static class NodeServers
{
    static readonly NodePackages Packages = new("mcp-servers", "@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-filesystem");

    public static async Task<JsonObject> EverythingAsync(string name = "everything") => Stdio(name, await ScriptAsync("server-everything"), "stdio");

    public static async Task<JsonObject> FilesystemAsync(string directory, string name = "files") => Stdio(name, await ScriptAsync("server-filesystem"), directory);

    public static async Task<string> ScriptAsync(string package)
    {
        if (await Packages.InstallAsync() is { } reason)
        {
            Assert.Skip(reason);
        }

        return Path.Combine(Packages.Directory, "node_modules", "@modelcontextprotocol", package, "dist", "index.js");
    }

    static JsonObject Stdio(string name, params string[] arguments) => new() { ["name"] = name, ["command"] = "node", ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]) };
}
