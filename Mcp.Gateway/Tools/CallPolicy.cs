using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Mcp.Gateway.Endpoints;
using Agent.ServiceDefaults;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>What the bundle in force says of a call at the gateway. A denial holds for everybody. "Ask" is settled elsewhere: within a run by the executor's approval,
/// outside of one by the person who makes the call, or whose MCP client does. Without a bundle nothing is called.</summary>
sealed class CallPolicy(CurrentBundle bundle)
{
    public CallVerdict Judge(EndpointTool tool, JsonObject arguments)
    {
        if (bundle.Value is not { } inForce)
        {
            return new(null, null, new(RefusalCode.NoPolicy, "No policy bundle is in force at the gateway, so nothing may be called.", "Start the policy service; `agent doctor` says what is missing.", TimeSpan.FromSeconds(1)));
        }

        var decision = inForce.Decide(new ToolRequest
        {
            Tool = tool.Name,
            Effect = Enum.Parse<EffectStrength>(tool.Effect.ToString()),
            ArgumentsJson = arguments.ToJsonString(ContractJson.Options),
            WorkspaceRoot = Path.GetTempPath(),
        });
        return new(decision.Rule, decision.BundleDigest, decision.Ruling == Ruling.Deny
            ? new(RefusalCode.Denied, $"Policy does not let '{tool.Name}' be called ({decision.Rule}): {decision.Reason}", "`agent policies explain` names the narrowest change that would allow it.")
            : null);
    }
}

/// <param name="Refusal">Null when the call may be made.</param>
sealed record CallVerdict(string? Rule, string? BundleDigest, InvocationOutcome.Refused? Refusal);
