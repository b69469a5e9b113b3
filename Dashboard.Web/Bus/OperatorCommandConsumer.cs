using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Journal.Operators;
using MassTransit;

namespace Agent.Dashboard.Web.Bus;

/// <summary>Takes the operator verbs from the bus. They are decided where those of HTTP are; a mistake of the sender is answered and not tried again.</summary>
sealed class OperatorCommandConsumer(OperatorVerbs verbs, RunSubmission submission, RunForks forks, PlanChecker checker, ILogger<OperatorCommandConsumer> logger) :
    IConsumer<SubmitGoal>, IConsumer<PauseRun>, IConsumer<ResumeRun>, IConsumer<CancelRun>, IConsumer<RetryStep>, IConsumer<ForkRun>, IConsumer<SteerRun>, IConsumer<PrioritiseRun>, IConsumer<ResolveStepCall>
{
    public Task Consume(ConsumeContext<SubmitGoal> context) => AnswerAsync(context, async (command, by, cancellationToken) =>
        await submission.SubmitAsync(
            new Submission(command.Goal, command.Workspace, by.Principal, command.RequestId.ToString(), command.SignOff is true, command.Priority, $"service {command.Service}", command.Webhook), cancellationToken) switch
        {
            SubmissionOutcome.Accepted(var runId, var state) => Taken(command, runId, state),
            SubmissionOutcome.KeyUsed(var runId) => Refused(command, runId, "idempotency_conflict", $"This request id belongs to run {runId}, which has another goal or workspace."),
            SubmissionOutcome.Refused(var code, var message) => Refused(command, null, code, message),
            _ => throw new System.Diagnostics.UnreachableException(),
        });

    public Task Consume(ConsumeContext<PauseRun> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.PauseAsync(command.RunId, by, command.Comment, cancellationToken));

    public Task Consume(ConsumeContext<ResumeRun> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.ResumeAsync(command.RunId, by, command.Comment, cancellationToken));

    public Task Consume(ConsumeContext<CancelRun> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.CancelAsync(command.RunId, by, command.Comment, cancellationToken));

    public Task Consume(ConsumeContext<RetryStep> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.RetryAsync(command.RunId, command.StepId, by, command.Comment, cancellationToken));

    public Task Consume(ConsumeContext<SteerRun> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.SayAsync(command.RunId, command.StepId, command.Text ?? "", by, cancellationToken));

    public Task Consume(ConsumeContext<PrioritiseRun> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) =>
        verbs.PrioritiseAsync(command.RunId, command.Priority, by, command.Comment, cancellationToken));

    public Task Consume(ConsumeContext<ResolveStepCall> context) => VerbAsync(context, context.Message.RunId, (command, by, cancellationToken) => command switch
    {
        { Happened: { } happened, Check: null } => verbs.ResolveStepAsync(command.RunId, command.StepId, command.Call, happened, by.Principal, command.Comment, cancellationToken),
        { Happened: null, Check: { } check } => verbs.CheckAsync(
            command.RunId, command.StepId, command.Call, new WantedCheck(check.Tool, check.Arguments, check.Expect), by, command.Comment, cancellationToken),
        _ => Task.FromResult<VerbOutcome>(new VerbOutcome.Refused(400, "invalid_request", "Say either Happened or Check.")),
    });

    public Task Consume(ConsumeContext<ForkRun> context) => AnswerAsync(context, async (command, by, cancellationToken) =>
    {
        var verdict = command.Plan is { } wanted ? await checker.CheckAsync(wanted, cancellationToken) : null;
        if (verdict is { Plan: null })
        {
            // A planner that is away is no mistake of the sender's.
            return verdict.Away is null ? Refused(command, command.RunId, "invalid_plan", verdict.Told) : throw new InvalidOperationException(verdict.Told);
        }

        return await forks.ForkAsync(command.RunId, command.Sequence, verdict?.Plan, by, cancellationToken) switch
        {
            ForkOutcome.Forked(var forkId, var state) => Taken(command, forkId, state),
            ForkOutcome.Refused(var message) => Refused(command, command.RunId, "invalid_checkpoint", message),
            _ => Refused(command, command.RunId, "unknown_run", $"There is no run {command.RunId}."),
        };
    });

    Task VerbAsync<T>(ConsumeContext<T> context, Guid runId, Func<T, Caller, CancellationToken, Task<VerbOutcome>> act)
        where T : class, IOperatorCommand =>
        AnswerAsync(context, async (command, by, cancellationToken) => await act(command, by, cancellationToken) switch
        {
            VerbOutcome.Done(var state) => Taken(command, runId, state),
            VerbOutcome.UnknownRun => Refused(command, runId, "unknown_run", $"There is no run {runId}."),
            VerbOutcome.Ended(var state) => Refused(command, runId, "run_ended", $"Run {runId} is over ({RunPhases.Name(state)}); nothing can be changed about it."),
            VerbOutcome.Refused(_, var code, var message) => Refused(command, runId, code, message),
            _ => throw new System.Diagnostics.UnreachableException(),
        });

    async Task AnswerAsync<T>(ConsumeContext<T> context, Func<T, Caller, CancellationToken, Task<OperatorAnswered>> act)
        where T : class, IOperatorCommand
    {
        var command = context.Message;
        var answer = !RecordNames.IsGood(command.Service)
            ? Refused(command, null, "invalid_service", $"The command names no service that sends it: \"{command.Service}\" must have {RecordNames.Rule}.")
            : command.RequestId == Guid.Empty ? Refused(command, null, "invalid_request", "The command has no request id.")
            : await act(command, new Caller("bus:" + command.Service, command.RequestId), context.CancellationToken);
        if (!answer.Taken)
        {
            logger.CommandRefused(typeof(T).Name, command.Service, command.RequestId, answer.RunId, answer.Message);
        }

        if (context.ResponseAddress is not null)
        {
            await context.RespondAsync(answer);
        }
    }

    static OperatorAnswered Taken(IOperatorCommand command, Guid runId, RunPhase state) => new(command.RequestId, true, runId, state);

    static OperatorAnswered Refused(IOperatorCommand command, Guid? runId, string code, string message) => new(command.RequestId, false, runId, null, code, message);
}

sealed class OperatorCommandConsumerDefinition : ConsumerDefinition<OperatorCommandConsumer>
{
    public OperatorCommandConsumerDefinition() => EndpointName = "operator-commands";
}

static partial class OperatorCommandLog
{
    [LoggerMessage(LogLevel.Warning, "{Command} of service {Service}, request {Request}, about run {RunId} is not taken: {Why}")]
    public static partial void CommandRefused(this ILogger logger, string command, string service, Guid request, Guid? runId, string? why);
}
