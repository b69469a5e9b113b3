namespace Agent.Executor.Service.Steps;

static partial class StepLog
{
    [LoggerMessage(LogLevel.Information, "Step {StepId} of run {RunId}, attempt {Attempt}, is taken with token {Token}")]
    public static partial void StepTaken(this ILogger logger, Guid runId, string stepId, int attempt, long token);

    [LoggerMessage(LogLevel.Information, "Step {StepId} of run {RunId}, attempt {Attempt}, ended {Outcome}: {Detail}")]
    public static partial void StepEnded(this ILogger logger, Guid runId, string stepId, int attempt, string outcome, string detail);

    [LoggerMessage(LogLevel.Warning, "The model is away for step {StepId} of run {RunId}: {Problem}")]
    public static partial void ModelAway(this ILogger logger, Guid runId, string stepId, string problem);
}
