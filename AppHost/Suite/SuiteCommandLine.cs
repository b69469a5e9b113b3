using System.CommandLine;
using System.Diagnostics;
using Agent.Cli;
using Agent.Cli.Commands;

namespace Agent.AppHost.Suite;

/// <summary><c>dotnet run --project AppHost</c> starts the suite until Ctrl+C; <c>… -- run "goal"</c> starts it for one goal.</summary>
static class SuiteCommandLine
{
    static readonly Option<int> Port = new("--port") { Description = "Port of the console and the API; 0 takes any free one.", DefaultValueFactory = _ => SuiteSettings.DefaultPort, Recursive = true };

    public static async Task<int> InvokeAsync(string[] args, Func<SuiteSettings, DistributedApplication> compose)
    {
        await using var started = new StartedSuite(Port, compose);
        var root = new RootCommand("Starts the agent suite and keeps it running until Ctrl+C.") { Port, RunCommand.Create(started) };
        root.SetAction((parsed, cancellationToken) => ServeAsync(started, parsed, cancellationToken));
        return await AgentCommandLine.InvokeAsync(root, args);
    }

    static async Task<int> ServeAsync(StartedSuite started, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var since = Stopwatch.GetTimestamp();
            var settings = await started.StartAsync(parsed, cancellationToken);
            Banner.Write(parsed.InvocationConfiguration.Output, settings, Stopwatch.GetElapsedTime(since));
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is how this command is meant to end.
        }

        return (int)ExitCode.Done;
    }
}
