using Agent.Guardrails;

namespace Agent.ServiceDefaults;

/// <summary>The trial this process knows of.</summary>
/// <param name="Bundle">Null when the trial has ended.</param>
/// <param name="Share">Of new runs, 0 to 1.</param>
public sealed record CanaryBundle(long Number, PolicyBundle? Bundle, double Share);
