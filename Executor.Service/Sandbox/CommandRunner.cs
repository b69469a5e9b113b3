using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Runs one command to its end, its time-out or its cancellation; nothing of it is left running.</summary>
sealed partial class CommandRunner(SandboxChoice sandboxes, LaunchThread launcher, IOptions<SandboxOptions> options, TimeProvider time)
{
    static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    public async Task<CommandResult> RunAsync(SandboxedCommand command, CancellationToken cancellationToken)
    {
        var sandbox = await sandboxes.GetAsync();
        return await RunAsync(sandbox, command, cancellationToken);
    }

    public async Task<CommandResult> RunAsync(ISandbox sandbox, SandboxedCommand command, CancellationToken cancellationToken)
    {
        using var temporary = new TemporaryDirectory();
        return await RunAsync(sandbox, command, temporary.Path, cancellationToken);
    }

    async Task<CommandResult> RunAsync(ISandbox sandbox, SandboxedCommand command, string temporary, CancellationToken cancellationToken)
    {
        var (stdout, stderr) = (new CapturedOutput(options.Value.MaxOutputBytes), new CapturedOutput(options.Value.MaxOutputBytes));
        using var deadline = new CancellationTokenSource(command.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Process process;
        try
        {
            RunningCalls.Begin(command.Mark);
            process = await sandbox.StartAsync(command, temporary, launcher, either.Token);
        }
        catch (Win32Exception)
        {
            RunningCalls.End(command.Mark);
            return new CommandResult(CommandEnd.NotFound, 127, stdout, stderr, sandbox.Level);
        }

        using var _ = process;
        using var drain = new CancellationTokenSource();
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var overrun = new CommandWatch(options.Value, time).OverrunAsync(process.Id, command.Mark, watched.Token);
        var reading = Task.WhenAll(
            FeedAsync(process, command.Input, drain.Token),
            stdout.ReadAsync(process.StandardOutput.BaseStream, drain.Token),
            stderr.ReadAsync(process.StandardError.BaseStream, drain.Token));
        var end = CommandEnd.Exited;
        try
        {
            var exited = process.WaitForExitAsync(either.Token);
            if (await Task.WhenAny(exited, overrun) == overrun && await overrun is { } tooMuch)
            {
                end = tooMuch;
            }
            else
            {
                await exited;
            }
        }
        catch (OperationCanceledException)
        {
            end = cancellationToken.IsCancellationRequested ? CommandEnd.Cancelled : CommandEnd.TimedOut;
        }

        await watched.CancelAsync();
        sandbox.EndRemains(process.Id, command);
        await process.WaitForExitAsync(CancellationToken.None);
        RunningCalls.End(command.Mark);
        drain.CancelAfter(DrainTime);
        try
        {
            await reading;
        }
        catch (OperationCanceledException)
        {
            // Somebody outside our reach still holds the pipe; what was read is what there is.
        }

        if (end == CommandEnd.Exited && process.ExitCode is 1 or 127 && NotFound().IsMatch(stderr.Text))
        {
            end = CommandEnd.NotFound;
        }

        return new CommandResult(end, process.ExitCode, stdout, stderr, sandbox.Level);
    }

    static async Task FeedAsync(Process process, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading all.
            return;
        }
    }

    [GeneratedRegex(@"\A(?:bwrap: execvp|sandbox: there is no program|(?:\S+/)?prlimit: failed to execute|(?:\S+/)?choom: failed to execute|(?:\S+/)?setsid: failed to execute) .*(?:No such file or directory|Permission denied)\s*\z", RegexOptions.None, 1000)]
    private static partial Regex NotFound();
}
