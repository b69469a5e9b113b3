using System.Text.Json.Nodes;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>A call of an endpoint's tool.</summary>
/// <param name="Tool">The endpoint's own name of it, or the federated one.</param>
/// <param name="Meta">What goes along in <c>_meta</c>: the caller's own, the idempotency key, the run.</param>
sealed record ToolCall(string Tool, JsonObject Arguments, JsonObject? Meta = null)
{
    public const string IdempotencyKeyMeta = "agent/idempotency-key";
    public const string RunMeta = "agent/run-id";
    public const string CallMeta = "agent/call-id";

    /// <summary>Hears of the call's progress; null when nobody wants to.</summary>
    public Func<JsonObject, CancellationToken, Task>? OnProgress { get; init; }

    public JsonObject Parameters(string tool)
    {
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = Arguments.DeepClone() };
        if (Meta is { Count: > 0 })
        {
            parameters["_meta"] = Meta.DeepClone();
        }

        return parameters;
    }
}
