namespace Agent.Planner.Service.Plans;

/// <summary>Names of the tools a plan may use: of those there are, or of those there were.</summary>
interface IToolNames
{
    Task<IReadOnlySet<string>> NamesAsync(CancellationToken cancellationToken);
}
