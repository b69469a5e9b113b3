using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary>Something a model can ask for. A tool says what a call will touch before anything is done, and acts only when the choke point lets it.</summary>
interface ITool
{
    ToolDescription Description { get; }

    /// <summary>Reads and normalises the arguments; touches nothing but names of files.</summary>
    /// <exception cref="ToolRefusedException">The arguments can not be taken, or lead out of the workspace.</exception>
    PreparedCall Prepare(ToolArguments arguments, Workspace workspace);
}

/// <summary>What models, policies and journals know a tool by.</summary>
/// <param name="Schema">JSON schema of the arguments.</param>
/// <param name="Effect">The strongest a call can have; <see cref="PreparedCall.Effect"/> says it for one call.</param>
/// <param name="Hash">Of the definition, where it comes from outside.</param>
/// <param name="Endpoint">MCP endpoint, for a tool of the gateway.</param>
sealed record ToolDescription(string Name, string Text, JsonElement Schema, EffectClass Effect, string Version, string? Hash = null, string? Endpoint = null);

/// <summary>One call, ready to be judged and then made.</summary>
/// <param name="Arguments">Normalised: canonical, paths resolved. Preparing them again gives the same.</param>
sealed record PreparedCall(JsonElement Arguments, EffectClass Effect, Func<ToolContext, CancellationToken, Task<ToolResult>> Act)
{
    public IReadOnlyList<PathAccess> Paths { get; init; } = [];

    public IReadOnlyList<string>? Argv { get; init; }

    /// <summary>A command as a shell string, which policy takes apart.</summary>
    public string? ShellCommand { get; init; }

    public UrlAccess? Url { get; init; }

    /// <summary>A program is started for it, in the sandbox there is.</summary>
    public bool StartsProcess { get; init; }

    /// <summary>Another machine or process acts: when the wait for its answer ends, what it does goes on.</summary>
    public bool ActsElsewhere { get; init; }

    /// <summary>For tools that keep a time limit of their own.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What a tool is told when it acts.</summary>
/// <param name="ActionKey">The same for the same action, also after a crash: an idempotency key.</param>
/// <param name="IsRepeat">The call was started before and its outcome never recorded.</param>
sealed record ToolContext(Guid RunId, string CallId, string ActionKey, bool IsRepeat = false)
{
    /// <summary>For tools that meet files while they work: why a file (absolute path) may not be read; null if it may.</summary>
    public Func<string, string?> ReadRefusal { get; init; } = _ => null;

    /// <summary>For tools that learn addresses while they work: why they may not be reached; null if they may.</summary>
    public Func<UrlAccess, string?> UrlRefusal { get; init; } = _ => "closed: nobody judged it";
}

/// <summary>What a tool did.</summary>
/// <param name="Text">The whole output.</param>
/// <param name="Shown">The part for the model, where the tool knows better than head and tail.</param>
/// <param name="Sandbox">Isolation the call ran under; <c>none</c> when no process was started.</param>
sealed record ToolResult(string Text, ToolCallOutcome Outcome = ToolCallOutcome.Ok, string? Shown = null, string Sandbox = "none");

/// <summary>A call that is not taken: nothing was done.</summary>
/// <param name="rule">Recorded like a policy rule's id.</param>
sealed class ToolRefusedException(string rule, string reason) : Exception(reason)
{
    public const string Confinement = "workspace-confinement";
    public const string Arguments = "tool-arguments";

    public string Rule { get; } = rule;
}
