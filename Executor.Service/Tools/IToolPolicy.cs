using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Tools;

/// <summary>Who judges a call: the bundle in force, or a record of what was said.</summary>
interface IToolPolicy
{
    /// <summary>Digest of the bundle in force for a run; null without one.</summary>
    string? DigestFor(RunState run);

    /// <summary>How long the bundle lets a question wait for its answer.</summary>
    TimeSpan ApprovalTime { get; }

    /// <summary>What is said about a call that is about to be made.</summary>
    Decision Decide(ToolCall call, PreparedCall prepared);

    /// <summary>Why a file met by a tool may not be read: judged as if it had been asked for by name.</summary>
    Func<string, string?> ReadRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run);

    /// <summary>Why an address met by a tool may not be reached. What a person approved was the first address by its name; where it leads is judged by the rules.</summary>
    /// <param name="approved">The call was asked about, and a person said yes.</param>
    Func<UrlAccess, string?> UrlRefusals(ToolDescription tool, PreparedCall call, Workspace workspace, RunState run, bool approved);
}
