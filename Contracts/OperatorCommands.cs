using System.Text.Json;

namespace Agent.Contracts;

/// <summary>What a service asks of a run over the bus, as an operator does over HTTP. Sent to <c>queue:operator-commands</c> by whoever holds the bus's credentials; handled by the door, which knows a
/// repeat by <see cref="RequestId"/> and answers with <see cref="OperatorAnswered"/> if an answer is wanted.</summary>
public interface IOperatorCommand
{
    /// <summary>Made by the sender, the same when it sends again.</summary>
    Guid RequestId { get; }

    /// <summary>Name of the sending service; the journal's principal is <c>bus:name</c>. Whoever may send on the bus may say any name: it tells services apart and proves nothing.</summary>
    string Service { get; }
}

/// <summary>Command: take a goal. Request id and service are its idempotency key.</summary>
public sealed record SubmitGoal(Guid RequestId, string Service, string Goal, string Workspace, bool? SignOff = null, int? Priority = null, string? Webhook = null) : IOperatorCommand;

/// <summary>Command: start nothing new for a run.</summary>
public sealed record PauseRun(Guid RequestId, string Service, Guid RunId, string? Comment = null) : IOperatorCommand;

/// <summary>Command: let a run go on.</summary>
public sealed record ResumeRun(Guid RequestId, string Service, Guid RunId, string? Comment = null) : IOperatorCommand;

/// <summary>Command: end a run; what it has so far is kept.</summary>
public sealed record CancelRun(Guid RequestId, string Service, Guid RunId, string? Comment = null) : IOperatorCommand;

/// <summary>Command: try a step again from its beginning.</summary>
public sealed record RetryStep(Guid RequestId, string Service, Guid RunId, string StepId, string? Comment = null) : IOperatorCommand;

/// <summary>Command: make a new run of this one's history up to a checkpoint.</summary>
/// <param name="Sequence">The last entry to take over; null = all up to the end.</param>
public sealed record ForkRun(Guid RequestId, string Service, Guid RunId, long? Sequence = null, JsonElement? Plan = null) : IOperatorCommand;

/// <summary>Command: say something into a running run.</summary>
/// <param name="StepId">Null = for every step.</param>
public sealed record SteerRun(Guid RequestId, string Service, Guid RunId, string Text, string? StepId = null) : IOperatorCommand;

/// <summary>Command: change where a run stands among those that wait for the same slots.</summary>
public sealed record PrioritiseRun(Guid RequestId, string Service, Guid RunId, int Priority, string? Comment = null) : IOperatorCommand;

/// <summary>Command: say what became of a step's call of unknown outcome, or have it checked; one of <paramref name="Happened"/> and <paramref name="Check"/>.</summary>
/// <param name="Call">Which; null while there is one.</param>
public sealed record ResolveStepCall(Guid RequestId, string Service, Guid RunId, string StepId, bool? Happened = null, CallCheck? Check = null, string? Call = null, string? Comment = null) : IOperatorCommand;

/// <summary>A call that only reads, to find out what became of another.</summary>
/// <param name="Expect">Text its answer holds if the other happened; null = somebody decides by what is shown.</param>
public sealed record CallCheck(string Tool, JsonElement Arguments, string? Expect = null);

/// <summary>Answer to an operator command. By the door, to who sent the command with a response address.</summary>
/// <param name="RunId">The run it is about; of a goal or fork the new one.</param>
/// <param name="Code">Why it was not taken, as over HTTP; null if it was.</param>
public sealed record OperatorAnswered(Guid RequestId, bool Taken, Guid? RunId = null, RunPhase? State = null, string? Code = null, string? Message = null);
