using Agent.Contracts;

namespace Agent.Cli;

/// <summary>What a command says to the shell.</summary>
enum ExitCode
{
    Done = 0,

    /// <summary>Wrong usage, or a goal that can not be taken.</summary>
    Usage = 2,

    DeniedByPolicy = 3,

    WaitingForApproval = 4,

    BudgetUsedUp = 5,

    StoppedByOperator = 6,

    ReviewFailed = 7,

    Infrastructure = 8,

    /// <summary>Ctrl+C while watching: the run itself goes on.</summary>
    Interrupted = 130,
}

static class ExitCodes
{
    public static ExitCode Of(RunPhase state, StopReason? reason) => (state, reason) switch
    {
        (RunPhase.Succeeded, _) => ExitCode.Done,
        (RunPhase.WaitingApproval, _) => ExitCode.WaitingForApproval,
        (RunPhase.Cancelled, _) => ExitCode.StoppedByOperator,
        (_, StopReason.InvalidGoal) => ExitCode.Usage,
        (_, StopReason.Policy) => ExitCode.DeniedByPolicy,
        (_, StopReason.Budget) => ExitCode.BudgetUsedUp,
        (_, StopReason.Operator or StopReason.KillSwitch) => ExitCode.StoppedByOperator,
        (_, StopReason.ReviewFailed) => ExitCode.ReviewFailed,
        _ => ExitCode.Infrastructure,
    };
}
