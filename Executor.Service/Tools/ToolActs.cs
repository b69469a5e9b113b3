using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Guardrails.Secrets;
using Agent.Journal;
using Agent.Resp;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools;

/// <summary>The act itself: time limit, interruption, every way it can end, and the whole output kept when only a part is shown. Called by the choke point alone.</summary>
sealed class ToolActs(Artefacts artefacts, SandboxChoice sandboxes, ExecutorTelemetry telemetry, IOptions<StepOptions> options, TimeProvider time, ILogger<ToolActs> logger) : IToolActs
{
    static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(500);

    public Workspace Open(string directory) => Workspace.Open(directory);

    public async Task<string> IsolationAsync(PreparedCall prepared) => prepared.StartsProcess ? (await sandboxes.GetAsync()).Level : "none";

    public async Task<IRunEvent> ActAsync(ToolCall call, PreparedCall prepared, Decision decision, ToolContext context)
    {
        var started = time.GetTimestamp();
        using var activity = telemetry.CallStarted(call.Tool, call.Id, call.Step.Run.RunId);
        ToolResult result;
        try
        {
            result = await RunAsync(call, prepared, context);
        }
        catch (ToolUncertainException uncertain)
        {
            logger.ToolCallUncertain(call.Step.Run.RunId, call.Id, call.Tool, uncertain.Message);
            return new ToolCallUnknown(call.Id, call.Step.Step.Id, call.Step.Attempt, call.Tool, $"{uncertain.Message} {call.Tool} may have done its work, and doing it twice may do harm.");
        }

        CrashPoint.Reach("call.effected");
        result = result with { Text = Redacted(result.Text, decision), Shown = result.Shown is null ? null : Redacted(result.Shown, decision) };
        var finished = call.Finished(result.Outcome, result.Text, decision, time.GetElapsedTime(started).TotalMilliseconds, result.Shown, result.Sandbox);
        if (finished.Truncated)
        {
            await KeepAsync(call, Encoding.UTF8.GetBytes(result.Text));
            CrashPoint.Reach("call.stored");
        }

        telemetry.CallEnded(activity, call.Tool, finished.Outcome, finished.DurationMs);
        logger.ToolCallEnded(call.Step.Run.RunId, call.Id, call.Tool, finished.Outcome, finished.DurationMs);
        return finished;
    }

    static string Redacted(string text, Decision decision) => decision.HidesPersonalData ? PersonalData.Redact(SecretText.Redact(text)) : SecretText.Redact(text);

    /// <summary>What has happened is told, however long the store is away; a step that is lost tells nothing.</summary>
    async Task KeepAsync(ToolCall call, byte[] output)
    {
        while (true)
        {
            try
            {
                await artefacts.PutAsync(call.Step.Run.RunId, output);
                return;
            }
            catch (RespConnectionException) when (!call.Step.Kill.IsCancellationRequested)
            {
                await Task.Delay(StorePause, time, CancellationToken.None);
            }
        }
    }

    async Task<ToolResult> RunAsync(ToolCall call, PreparedCall prepared, ToolContext context)
    {
        // What can be made again is dropped when the step is to stop; what can not is let finish, unless the run is cancelled.
        var repeatable = prepared.Effect is EffectClass.Pure or EffectClass.Idempotent;
        var interrupted = repeatable ? call.Step.Stop : call.Step.Kill;
        if (interrupted.IsCancellationRequested)
        {
            ThrowIfRepeatable(call, repeatable);
            return new ToolResult("error: the call was not begun because the run was interrupted.", ToolCallOutcome.Cancelled);
        }

        using var deadline = new CancellationTokenSource(prepared.Timeout ?? options.Value.ToolTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupted, deadline.Token);
        try
        {
            var result = await prepared.Act(context, either.Token);
            if (result.Outcome == ToolCallOutcome.Cancelled)
            {
                ThrowIfRepeatable(call, repeatable);
            }

            return result;
        }
        catch (ToolUncertainException uncertain) when (repeatable)
        {
            return new ToolResult($"error: {uncertain.Message}", ToolCallOutcome.Error);
        }
        catch (Exception exception) when (!repeatable && prepared.ActsElsewhere && exception is not (ToolFailedException or ToolRefusedException or ToolUncertainException))
        {
            throw new ToolUncertainException(
                deadline.IsCancellationRequested ? "No answer came in time." : interrupted.IsCancellationRequested ? "The run was interrupted before an answer came." : $"The answer could not be taken ({exception.GetType().Name}).");
        }
        catch (ToolFailedException failure)
        {
            return new ToolResult($"error: {failure.Message}", ToolCallOutcome.Error);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !interrupted.IsCancellationRequested)
        {
            return new ToolResult("error: the tool gave no answer in time and was ended.", ToolCallOutcome.TimedOut);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            ThrowIfRepeatable(call, repeatable);
            return new ToolResult("error: the call was ended because the run was interrupted.", ToolCallOutcome.Cancelled);
        }
        catch (Exception exception) when (exception is not ToolUncertainException)
        {
            // The model is told that it failed, not how our code looks inside.
            logger.ToolBroke(exception, call.Step.Run.RunId, call.Id, call.Tool);
            return new ToolResult($"error: {call.Tool} failed: {exception.GetType().Name}.", ToolCallOutcome.Error);
        }
    }

    static void ThrowIfRepeatable(ToolCall call, bool repeatable)
    {
        // A cancelled run gets its outcome; a paused one makes the call again.
        if (repeatable && !call.Step.Kill.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.Step.Stop);
        }
    }
}

static partial class ToolLog
{
    [LoggerMessage(LogLevel.Warning, "Call {CallId} of run {RunId} to {Tool}: the outcome is not known. {Reason}")]
    public static partial void ToolCallUncertain(this ILogger logger, Guid runId, string callId, string tool, string reason);

    [LoggerMessage(LogLevel.Information, "Call {CallId} of run {RunId} to {Tool} ended {Outcome} after {DurationMs} ms")]
    public static partial void ToolCallEnded(this ILogger logger, Guid runId, string callId, string tool, ToolCallOutcome outcome, double durationMs);

    [LoggerMessage(LogLevel.Error, "Call {CallId} of run {RunId}: {Tool} broke")]
    public static partial void ToolBroke(this ILogger logger, Exception exception, Guid runId, string callId, string tool);
}
