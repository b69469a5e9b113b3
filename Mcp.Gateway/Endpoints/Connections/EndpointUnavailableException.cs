namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>No session could be had; says why and what to do, without secrets.</summary>
sealed class EndpointUnavailableException(string cause, string cure, Exception? inner = null) : Exception(cause, inner)
{
    public string Cure { get; } = cure;
}
