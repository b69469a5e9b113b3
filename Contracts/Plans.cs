using System.Text.Json.Serialization;

namespace Agent.Contracts;

/// <summary>A versioned DAG of steps for one goal. Made by the planner's model, checked before anything runs.</summary>
/// <param name="Summary">One sentence: how the goal is to be reached.</param>
/// <param name="Steps">In any order; <see cref="PlanStep.DependsOn"/> gives the graph.</param>
public sealed record Plan(string Summary, IReadOnlyList<PlanStep> Steps);

/// <summary>One unit of work.</summary>
/// <param name="Id">Unique in its plan; <c>[a-z0-9_-]{1,32}</c>.</param>
/// <param name="Title">What a person reads in a list; at most 120 characters.</param>
/// <param name="Instruction">What the executor's model is told to do.</param>
/// <param name="DependsOn">Ids of steps whose answers this one needs.</param>
/// <param name="Tools">Tool hints: the tools the step may be offered. Empty = all.</param>
/// <param name="Effect">The strongest effect class the step needs.</param>
/// <param name="Acceptance">What must hold for the step to be accepted; machine-checkable ones are checked by running them.</param>
public sealed record PlanStep(
    string Id,
    string Title,
    string Instruction,
    IReadOnlyList<string> DependsOn,
    IReadOnlyList<string> Tools,
    EffectClass Effect,
    IReadOnlyList<AcceptanceCriterion> Acceptance);

/// <summary>One acceptance criterion; which of the optional members are used follows from <see cref="Kind"/>.</summary>
/// <param name="Kind">How it is checked.</param>
/// <param name="Path">Workspace-relative file, for the <c>file_*</c> kinds and <c>json_matches</c>.</param>
/// <param name="Text">Text a file or answer must contain; for <c>judged</c>, the question put to the reviewer's model.</param>
/// <param name="Argv">Command to run, for <c>command_succeeds</c>.</param>
/// <param name="Schema">JSON schema as JSON text, for <c>json_matches</c>.</param>
public sealed record AcceptanceCriterion(
    CriterionKind Kind,
    string? Path = null,
    string? Text = null,
    IReadOnlyList<string>? Argv = null,
    string? Schema = null);

/// <summary>How a criterion is checked.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CriterionKind>))]
public enum CriterionKind
{
    /// <summary>The step gave a non-empty answer.</summary>
    AnswerGiven,

    /// <summary>The answer contains a text.</summary>
    AnswerContains,

    /// <summary>A file exists in the workspace.</summary>
    FileExists,

    /// <summary>A file in the workspace contains a text.</summary>
    FileContains,

    /// <summary>A file in the workspace does not contain a text.</summary>
    FileLacks,

    /// <summary>A command exits with 0.</summary>
    CommandSucceeds,

    /// <summary>A JSON file matches a JSON schema.</summary>
    JsonMatches,

    /// <summary>The reviewer's model judges, citing evidence.</summary>
    Judged,
}

/// <summary>What a tool call may do to the world, weakest first.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<EffectClass>))]
public enum EffectClass
{
    /// <summary>Only reads.</summary>
    Pure,

    /// <summary>Repeating it changes nothing more.</summary>
    Idempotent,

    /// <summary>Can be undone by another call.</summary>
    Compensatable,

    /// <summary>Can not be undone: never repeated without a person.</summary>
    Irreversible,
}
