using Agent.Guardrails;
using Agent.Guardrails.Distribution;

namespace Agent.Policy.Service.Bundles;

/// <summary>What the policy service was started with.</summary>
sealed record PolicyOptions(string Directory, string StateDirectory, GuardrailSettings Settings)
{
    public static PolicyOptions From(IConfiguration configuration) => new(
        PolicyPlaces.Directory(configuration[PolicyPlaces.DirectorySetting]),
        PolicyPlaces.PrivateState(Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent")),
        GuardrailSettings.Parse(configuration["AGENT_ALLOWED_COMMANDS"], configuration["ALLOW_NET"]));
}
