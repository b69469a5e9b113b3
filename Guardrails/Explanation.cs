namespace Agent.Guardrails;

/// <summary>A decision with all that led to it.</summary>
/// <param name="Steps">Every part of the request and what was said to it, in the order judged.</param>
/// <param name="ToAllow">The narrowest change that would allow the request; empty if it is allowed.</param>
public sealed record Explanation(Decision Decision, IReadOnlyList<ExplainedStep> Steps, IReadOnlyList<string> ToAllow);

/// <summary>One part of a request, judged.</summary>
/// <param name="Part"><c>tool</c>, <c>command</c>, <c>variable</c>, <c>read</c>, <c>write</c> or <c>url</c>.</param>
/// <param name="Place">File and line of the rule; null for a built-in one.</param>
/// <param name="Target">The file as rules see it, after links and <c>..</c>; null for other parts.</param>
public sealed record ExplainedStep(string Part, string Subject, Ruling Ruling, string Rule, string Reason, string? Place, string? Target = null);
