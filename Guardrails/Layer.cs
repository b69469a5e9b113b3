namespace Agent.Guardrails;

/// <summary>For whom the rules of a file are. <c>workspaces/shop/tools.yaml</c> holds rules for the workspace named shop only, <c>principals/alice/tools.yaml</c> for what alice submits.</summary>
/// <param name="Workspace">Null: any.</param>
/// <param name="Principal">Null: anybody.</param>
sealed record Layer(string? Workspace = null, string? Principal = null)
{
    public static Layer Everything { get; } = new();

    /// <returns>Null for a file in a directory that is no layer.</returns>
    public static Layer? Of(string name) => name.Split('/') switch
    {
        [_] => Everything,
        ["workspaces", { Length: > 0 } workspace and not ("." or ".."), _] => new Layer(Workspace: workspace),
        ["principals", { Length: > 0 } principal and not ("." or ".."), _] => new Layer(Principal: principal),
        _ => null,
    };
}
