using System.Text.Json.Nodes;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Every way a call to an endpoint's tool can end.</summary>
abstract record InvocationOutcome
{
    InvocationOutcome()
    {
    }

    /// <summary>The tool answered, with success or with an error of its own that the model may adapt to.</summary>
    /// <param name="Result">The result as the endpoint gave it.</param>
    public sealed record Answered(JsonObject Result) : InvocationOutcome
    {
        public bool IsError => Result["isError"]?.GetValueKind() == System.Text.Json.JsonValueKind.True;
    }

    /// <summary>The endpoint did not take the request: a JSON-RPC error. The tool has not run.</summary>
    public sealed record Rejected(int Code, string Message) : InvocationOutcome;

    /// <summary>Nothing was sent.</summary>
    public sealed record Refused(RefusalCode Code, string Reason, string Cure, TimeSpan? RetryAfter = null) : InvocationOutcome;

    /// <summary>It was sent, and what became of it is not known.</summary>
    public sealed record Unknown(bool TimedOut, string Reason, string Cure) : InvocationOutcome;
}

enum RefusalCode
{
    UnknownEndpoint,
    UnknownTool,
    NotAllowed,
    Denied,
    NoPolicy,
    NoAudit,
    Stopped,
    Quarantined,
    Disabled,
    Throttled,
    CoolingDown,
    BreakerOpen,
    Unavailable,
    InvalidArguments,
}
