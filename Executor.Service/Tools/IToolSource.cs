namespace Agent.Executor.Service.Tools;

/// <summary>Where the choke point finds a tool: among those there are, or in a record.</summary>
interface IToolSource
{
    /// <returns>Null if there is no such tool now.</returns>
    Task<ITool?> FindAsync(string name, CancellationToken cancellationToken);
}
