using System.Text.Json;

namespace Agent.Journal.Operators;

/// <summary>A yes given beforehand to calls of one kind. It answers questions of rules that ask one person; it changes no rule, and what is denied stays denied.</summary>
/// <param name="Tool">Exact name of the tool.</param>
/// <param name="Arguments">Argument name to glob (<c>*</c> any text, <c>?</c> one character); each must match. An argument that is named in none of them may be anything.</param>
/// <param name="Workspace">Directory the run works in; null = any.</param>
/// <param name="Rule">Id of the rule whose question is answered.</param>
/// <param name="ToolVersion">Definition of the tool; null = whichever.</param>
/// <param name="Uses">How many calls at most; null = no limit.</param>
/// <param name="GrantedBy">Principal; journalled as the approver of each call.</param>
public sealed record StandingApproval(
    string Id, string Tool, IReadOnlyDictionary<string, string> Arguments, string? Workspace, string Rule, string? ToolVersion, int? Uses,
    string GrantedBy, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, string? Comment = null, string? RevokedBy = null, DateTimeOffset? RevokedAt = null)
{
    /// <summary>How many calls it has answered.</summary>
    public int Used { get; init; }

    public bool HoldsAt(DateTimeOffset now) => RevokedAt is null && now <= ExpiresAt;

    /// <summary>Whether the call is one it was given for; the rest (time, uses) is looked at when it is used.</summary>
    public bool Covers(StandingQuestion question) =>
        question.Tool == Tool && question.Rule == Rule && (Workspace is null || question.Workspace == Workspace) && (ToolVersion is null || question.ToolVersion == ToolVersion)
        && Arguments.All(wanted => question.Arguments.ValueKind == JsonValueKind.Object && question.Arguments.TryGetProperty(wanted.Key, out var value)
            && WildcardText.Matches(wanted.Value, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()));
}

/// <summary>What a call asks, as far as a standing approval looks at it.</summary>
public sealed record StandingQuestion(string Tool, JsonElement Arguments, string Workspace, string Rule, string? ToolVersion);
