using Agent.Mcp.Gateway.Endpoints.Connections;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Counts since the gateway started, or since the endpoint's settings changed.</summary>
sealed class EndpointTally
{
    long _invocations;
    long _errors;
    LastError? _lastError;

    /// <summary>Calls asked of this endpoint, refused ones included.</summary>
    public long Invocations => Interlocked.Read(ref _invocations);

    /// <summary>Failures of the endpoint or its connection, probes included; a tool that answers with an error is not one.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    public LastError? LastError => Volatile.Read(ref _lastError);

    public void Invoked() => Interlocked.Increment(ref _invocations);

    public void Failed(Diagnosis diagnosis, DateTimeOffset at)
    {
        Interlocked.Increment(ref _errors);
        Volatile.Write(ref _lastError, new(at, diagnosis.Cause, diagnosis.Cure));
    }
}

sealed record LastError(DateTimeOffset At, string Cause, string Cure);
