namespace Agent.Reviewer.Service.Reviews;

static partial class ReviewLog
{
    [LoggerMessage(LogLevel.Information, "Step {StepId} of run {RunId}, attempt {Attempt}, was judged {Verdict}")]
    public static partial void StepJudged(this ILogger logger, Guid runId, string stepId, int attempt, string verdict);

    [LoggerMessage(LogLevel.Information, "Run {RunId} was judged {Verdict}")]
    public static partial void RunJudged(this ILogger logger, Guid runId, string verdict);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} waits for the model: {Reason}")]
    public static partial void ModelAway(this ILogger logger, Guid runId, string reason);
}
