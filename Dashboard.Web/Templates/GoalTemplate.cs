using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Resp;

namespace Agent.Dashboard.Web.Templates;

/// <summary>A goal with places to fill in: <c>Deploy {{version}} to {{stage}}</c>.</summary>
/// <param name="Workspace">Where its runs act, unless the caller says otherwise.</param>
/// <param name="Webhook">Name of a webhook that is told of each run's end, unless the caller says another.</param>
/// <param name="AddedAt">Set by the door. Null rather than a default time: the schema of the API can not express one.</param>
sealed record GoalTemplate(
    string Name, string Goal, string? Description = null, IReadOnlyList<TemplateParameter>? Parameters = null, string? Workspace = null, bool SignOff = false, int? Priority = null,
    string? Webhook = null, string Principal = "", DateTimeOffset? AddedAt = null);

/// <summary>One place of a template.</summary>
/// <param name="Default">What it is without a value; then it is not required.</param>
/// <param name="Choices">For <c>choice</c>: the values there are.</param>
sealed record TemplateParameter(string Name, ParameterType Type = ParameterType.Text, bool Required = false, string? Default = null, string? Description = null, IReadOnlyList<string>? Choices = null);

/// <summary>What a parameter takes.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ParameterType>))]
enum ParameterType
{
    /// <summary>Any text of one line.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>One of some values.</summary>
    Choice,
}

/// <summary>The templates there are, by name.</summary>
sealed class TemplateBook(RespConnection connection, OperatorLog log) : NamedRecords<GoalTemplate>(connection, log, "template");
