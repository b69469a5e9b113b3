namespace Agent.Dashboard.Web.Runs;

static partial class RunsLog
{
    [LoggerMessage(LogLevel.Warning, "The bus did not take a hint about run {RunId}: {Reason} The planner's sweep will find the run.")]
    public static partial void HintNotGiven(this ILogger logger, Guid runId, string reason);

    [LoggerMessage(LogLevel.Information, "Run {RunId} was forked as {ForkId} at entry {Sequence} by {Principal}")]
    public static partial void RunWasForked(this ILogger logger, Guid runId, Guid forkId, long sequence, string principal);

    [LoggerMessage(LogLevel.Information, "Run {RunId}: {Principal} asked for {Verb}")]
    public static partial void OperatorActed(this ILogger logger, Guid runId, string principal, string verb);
}
