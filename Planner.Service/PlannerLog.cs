namespace Agent.Planner.Service;

static partial class PlannerLog
{
    [LoggerMessage(LogLevel.Warning, "The gateway's tools are not known, plans use the built-in ones: {Reason}")]
    public static partial void GatewayAway(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Run {RunId} got plan {Version} with {Steps} steps")]
    public static partial void PlanTaken(this ILogger logger, Guid runId, int version, int steps);

    [LoggerMessage(LogLevel.Warning, "Run {RunId}: plan refused, {Mistakes} mistakes")]
    public static partial void PlanWasRefused(this ILogger logger, Guid runId, int mistakes);

    [LoggerMessage(LogLevel.Information, "Run {RunId}: step {StepId} attempt {Attempt} dispatched")]
    public static partial void StepWasDispatched(this ILogger logger, Guid runId, string stepId, int attempt);

    [LoggerMessage(LogLevel.Information, "Run {RunId} ended {State}, {StopReason}")]
    public static partial void RunHasEnded(this ILogger logger, Guid runId, string state, string stopReason);

    [LoggerMessage(LogLevel.Warning, "Run {RunId}, step {StepId}: {State}, protocol {Protocol}: {Reason}")]
    public static partial void CriticalState(this ILogger logger, Guid runId, string? stepId, string state, string protocol, string reason);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} waits for the model: {Reason}")]
    public static partial void ModelAway(this ILogger logger, Guid runId, string reason);

    [LoggerMessage(LogLevel.Error, "Run {RunId}: the model failed")]
    public static partial void ModelFailed(this ILogger logger, Exception exception, Guid runId);

    [LoggerMessage(LogLevel.Warning, "Run {RunId}: {Message} is owed again")]
    public static partial void SentAgain(this ILogger logger, Guid runId, string message);

    [LoggerMessage(LogLevel.Error, "The sweep over open runs failed and is tried again")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Run {RunId} could not be looked at and is tried again")]
    public static partial void RunNotLookedAt(this ILogger logger, Exception exception, Guid runId);
}
