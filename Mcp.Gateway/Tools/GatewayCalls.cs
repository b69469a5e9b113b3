using System.Diagnostics;
using Agent.Mcp.Gateway.Audit;
using Agent.Mcp.Gateway.Endpoints;
using Agent.ServiceDefaults;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>Every call that comes to the gateway, whoever makes it: judged, made, written down.</summary>
sealed partial class GatewayCalls(CallPolicy policy, GatewayAudit audit, StopSign sign, TimeProvider time, ILogger<GatewayCalls> log)
{
    public Task<InvocationOutcome> InvokeAsync(McpEndpoint endpoint, ToolCall call, CallOrigin origin, CancellationToken cancellationToken) =>
        JudgeAndRecordAsync(endpoint, call, origin, token => endpoint.InvokeAsync(call, token), cancellationToken);

    /// <param name="make">Makes the call, once it may be made.</param>
    public async Task<InvocationOutcome> JudgeAndRecordAsync(McpEndpoint endpoint, ToolCall call, CallOrigin origin, Func<CancellationToken, Task<InvocationOutcome>> make, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        InvocationOutcome? outcome = null;
        CallVerdict? verdict = null;
        if (await audit.ObstacleAsync() is { } obstacle)
        {
            return new InvocationOutcome.Refused(RefusalCode.NoAudit, $"Calls can not be written down in {audit.FilePath}, so none is made: {obstacle}", "Make room there, and make it writable for the gateway's user.");
        }

        CrashPoint.Reach("invoke.received");
        var tool = await endpoint.FindAsync(call.Tool, cancellationToken);
        try
        {
            verdict = tool is null ? null : policy.Judge(tool, call.Arguments);
            return outcome = verdict?.Refusal ?? await MakeAsync(make, cancellationToken);
        }
        finally
        {
            var duration = time.GetElapsedTime(started).TotalMilliseconds;
            var word = outcome is null ? "cancelled" : Invocation.Word(outcome);
            Invoked(log, "mcp_invoke", endpoint.Settings.Name, tool?.Tool ?? call.Tool, origin.RunId, origin.CallId, word, duration);
            await audit.AppendAsync(new(
                endpoint.Settings.Name, tool?.Tool ?? call.Tool, call.Arguments, word, duration, (outcome as InvocationOutcome.Answered)?.Result, Activity.Current?.TraceId.ToString(), origin.RunId, origin.CallId, verdict?.Rule, verdict?.BundleDigest, origin.Principal));
            CrashPoint.Reach("invoke.recorded");
        }
    }

    async Task<InvocationOutcome> MakeAsync(Func<CancellationToken, Task<InvocationOutcome>> make, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (sign.IsUp)
        {
            return Stopped();
        }

        using var working = sign.WhileWorking(either.Cancel);
        try
        {
            return await make(either.Token);
        }
        catch (OperationCanceledException) when (sign.IsUp && !cancellationToken.IsCancellationRequested)
        {
            return new InvocationOutcome.Unknown(TimedOut: false, "The call was ended because the kill switch was engaged; the tool may have acted.", "`agent status` says who engaged it.");
        }
    }

    InvocationOutcome.Refused Stopped() => new(
        RefusalCode.Stopped,
        sign.State is { } state ? $"{state.Principal} engaged the kill switch: nothing is called until it is lifted." : "Whether the kill switch is engaged could not be read yet, so nothing is called.",
        "`agent status` says more; `agent start-all` lifts it.");

    [LoggerMessage(LogLevel.Information, "{EventType}: {Endpoint} {Tool} for run {RunId}, call {CallId}, ended {Outcome} after {DurationMs} ms")]
    static partial void Invoked(ILogger logger, string eventType, string endpoint, string tool, string? runId, string? callId, string outcome, double durationMs);
}

/// <summary>Whose call it is.</summary>
/// <param name="RunId">Null outside of a run.</param>
sealed record CallOrigin(string? Principal, string? RunId = null, string? CallId = null);
