using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>Counts how often it acted, by action key.</summary>
sealed class CountingTool(string name, EffectClass effect) : ITool
{
    readonly Lock _lock = new();

    public List<string> Keys { get; } = [];

    /// <summary>What it does when it acts; by default nothing.</summary>
    public Func<CancellationToken, Task> Act { get; set; } = _ => Task.CompletedTask;

    public string Output { get; set; } = "done";

    /// <summary>As a tool whose work is done by another machine.</summary>
    public bool ActsElsewhere { get; set; }

    public ToolDescription Description { get; set; } = new(
        name, "Counts.", ToolSchema.Parse("""{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}"""), effect, "7");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        arguments.Number("n", otherwise: 0, least: 0, most: 1000);
        return new PreparedCall(arguments.Normalised, effect, async (context, cancellationToken) =>
        {
            lock (_lock)
            {
                Keys.Add(context.ActionKey);
            }

            await Act(cancellationToken);
            return new ToolResult(Output);
        })
        { ActsElsewhere = ActsElsewhere };
    }
}
