namespace Agent.Guardrails;

/// <summary>A rule, for people.</summary>
/// <param name="Judges"><c>tool</c>, <c>command</c>, <c>variable</c>, <c>path</c> or <c>network</c>.</param>
/// <param name="Place">File and line.</param>
public sealed record RuleDescription(string Id, string Judges, Ruling Answer, string Reason, bool Monitor, bool Fallback, string Place);
