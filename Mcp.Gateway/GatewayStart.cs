using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.ServiceDefaults.Starting;

namespace Agent.Mcp.Gateway;

/// <summary>What the gateway is started with, checked before anything runs.</summary>
static class GatewayStart
{
    const string DefaultFile = "mcp_endpoints.json";

    /// <exception cref="SettingsException">Names every mistake with its cure.</exception>
    public static (EndpointsFile File, string StateDirectory) Read(IConfiguration configuration)
    {
        var given = configuration["AGENT_MCP_ENDPOINTS"];
        var path = Path.GetFullPath(string.IsNullOrWhiteSpace(given) ? DefaultFile : given);

        // Nothing was asked for and nothing is there: a gateway without endpoints.
        var file = string.IsNullOrWhiteSpace(given) && !File.Exists(path) ? new EndpointsFile(path, [], [], "") : EndpointsFile.Read(path);
        var state = Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } directory ? directory : ".agent");
        var mistakes = file.Mistakes.Select(mistake => mistake.ToString()).ToList();
        if (StateMistake(state, mayCreate: !string.Equals(configuration["AGENT_CREATE_DIRS"], "false", StringComparison.OrdinalIgnoreCase)) is { } mistake)
        {
            mistakes.Add(mistake);
        }

        return mistakes.Count == 0 ? (file, state) : throw new SettingsException("The MCP gateway can not start", mistakes);
    }

    static string? StateMistake(string state, bool mayCreate)
    {
        if (!mayCreate && !Directory.Exists(state))
        {
            return $"{state}: the state directory does not exist, and AGENT_CREATE_DIRS is false. Create it, or correct AGENT_STATE_DIR.";
        }

        try
        {
            Directory.CreateDirectory(state);
            var probe = Path.Combine(state, ".gateway-write-" + Environment.ProcessId);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"{state}: the state directory can not be written. Make it writable for this user, or set AGENT_STATE_DIR to one that is.";
        }
    }
}
