using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Sandbox;

namespace Agent.Executor.Service.Tools;

/// <summary>A command's end as the model is told it: <c>{"exit_code":0,"stdout":"…","stderr":"…"}</c>.</summary>
static class CommandAnswer
{
    const int MaxShownStdout = 8 * 1024;
    const int MaxShownStderr = 4 * 1024;

    public static ToolResult From(CommandResult result, IReadOnlyList<string> argv, TimeSpan timeout) => result.End switch
    {
        CommandEnd.NotFound => new ToolResult($"error: there is no program '{argv[0]}' here, or it may not be run.", ToolCallOutcome.Error, Sandbox: result.Sandbox),
        CommandEnd.TimedOut => Cut(result, $"error: no end within {timeout.TotalSeconds:0} seconds; the command was ended.", ToolCallOutcome.TimedOut),
        CommandEnd.Cancelled => Cut(result, "error: the command was ended because the run was interrupted.", ToolCallOutcome.Cancelled),
        CommandEnd.TooManyProcesses => Cut(result, "error: it started more processes than one command may; it was ended.", ToolCallOutcome.Error),
        CommandEnd.TooMuchMemory => Cut(result, "error: its processes took more memory than one command may; it was ended.", ToolCallOutcome.Error),
        _ => Ended(result),
    };

    static ToolResult Ended(CommandResult result)
    {
        var (stdout, stderr) = (result.Stdout.Text, result.Stderr.Text);
        var whole = Json(result.ExitCode, stdout, stderr);
        var shown = whole;

        // Control characters take more room in JSON than they had.
        for (var share = 1; OutputBound.IsTooLong(shown) && share <= 64; share *= 2)
        {
            shown = Json(result.ExitCode, OutputBound.HeadAndTail(stdout, MaxShownStdout / share), OutputBound.HeadAndTail(stderr, MaxShownStderr / share));
        }

        return new ToolResult(whole, Shown: shown, Sandbox: result.Sandbox);
    }

    static ToolResult Cut(CommandResult result, string message, ToolCallOutcome outcome) =>
        new($"{message}\nstdout until then:\n{result.Stdout.Text}\nstderr until then:\n{result.Stderr.Text}", outcome, Sandbox: result.Sandbox);

    static string Json(int exitCode, string stdout, string stderr) =>
        JsonSerializer.Serialize(new { ExitCode = exitCode, Stdout = stdout, Stderr = stderr }, ContractJson.Options);
}
