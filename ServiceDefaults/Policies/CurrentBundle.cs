using Agent.Guardrails;

namespace Agent.ServiceDefaults;

/// <summary>The policy bundle this process enforces, and the one on trial beside it. Null until one was fetched and verified: whoever needs it fails closed.</summary>
public sealed class CurrentBundle
{
    Held? _held;

    public PolicyBundle? Value => Volatile.Read(ref _held)?.Bundle;

    /// <summary>Version of the bundle; 0 without one.</summary>
    public long Version => Volatile.Read(ref _held)?.Version ?? 0;

    /// <summary>The latest trial this process has heard of.</summary>
    public CanaryBundle? Canary => Volatile.Read(ref _held)?.Canary;

    /// <summary>The bundle that decides for a run.</summary>
    /// <param name="canary">Number of the trial the run was put on; null for none.</param>
    /// <returns>Null where it is not here: a trial that this process has not heard of yet is not taken for one that has ended.</returns>
    public PolicyBundle? For(long? canary) => Volatile.Read(ref _held) is not { } held ? null
        : canary is null ? held.Bundle
        : held.Canary is not { } trial || trial.Number < canary ? null
        : trial.Number == canary ? trial.Bundle ?? held.Bundle
        : held.Bundle;

    public void Switch(PolicyBundle bundle, long version = 0, CanaryBundle? canary = null) => Volatile.Write(ref _held, new Held(bundle, version, canary));

    // They change together.
    sealed record Held(PolicyBundle Bundle, long Version, CanaryBundle? Canary);
}
