using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Checks;

/// <summary>Runs a check's command: argv only, environment from a list, nothing left running.</summary>
sealed class CheckCommand(IOptions<CheckOptions> options, TimeProvider time)
{
    /// <summary>A listed environment and bounds, no more: see <see cref="Guardrails.SandboxLevel"/>.</summary>
    public const string Level = "plain";

    const int KeptOutput = 600;

    static readonly string[] Passed = ["PATH", "DOTNET_ROOT", "NUGET_PACKAGES"];

    public async Task<CommandEnding> RunAsync(IReadOnlyList<string> argv, string workspace, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("agent-check-");
        try
        {
            return await RunAsync(StartInfo(argv, workspace, home.FullName), cancellationToken);
        }
        catch (Exception missing) when (missing is Win32Exception or DirectoryNotFoundException)
        {
            return new CommandEnding(null, $"could not be started: {missing.Message}", "");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    async Task<CommandEnding> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = start };
        process.Start();
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(options.Value.CommandTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var output = Task.WhenAll(TailAsync(process.StandardOutput, either.Token), TailAsync(process.StandardError, either.Token));
        try
        {
            await process.WaitForExitAsync(either.Token);
            var tails = await output;
            return new CommandEnding(process.ExitCode, $"exit code {process.ExitCode}", string.Join(' ', tails.Where(tail => tail.Length > 0)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CommandEnding(null, $"no end within {options.Value.CommandTimeout}; it was ended", "");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    static ProcessStartInfo StartInfo(IReadOnlyList<string> argv, string workspace, string home)
    {
        var start = new ProcessStartInfo(argv[0].Contains('/', StringComparison.Ordinal) ? Path.Combine(workspace, argv[0]) : argv[0], argv.Skip(1))
        {
            UseShellExecute = false,
            WorkingDirectory = workspace,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var inherited = Passed.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).Where(variable => variable.value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
        {
            start.Environment[name] = value;
        }

        (start.Environment["HOME"], start.Environment["DOTNET_CLI_HOME"], start.Environment["TMPDIR"], start.Environment["LANG"]) = (home, home, home, "C.UTF-8");
        return start;
    }

    static async Task<string> TailAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var tail = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            tail.Append(buffer, 0, read);
            if (tail.Length > KeptOutput * 4)
            {
                tail.Remove(0, tail.Length - KeptOutput);
            }
        }

        return (tail.Length > KeptOutput ? tail.ToString(tail.Length - KeptOutput, KeptOutput) : tail.ToString()).ReplaceLineEndings(" ").Trim();
    }
}

/// <summary>How a check's command ended.</summary>
/// <param name="ExitCode">Null if it did not end by itself.</param>
sealed record CommandEnding(int? ExitCode, string What, string Output);
