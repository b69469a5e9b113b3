namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>One thing wrong with the endpoints file: where, what, and what to do about it.</summary>
/// <param name="Path">JSON path, e.g. <c>$.endpoints[1].timeouts.call</c>.</param>
sealed record Mistake(string File, int Line, string Path, string What, string Cure)
{
    public override string ToString() => $"{File}:{Line}: {Path}: {What} {Cure}";
}
