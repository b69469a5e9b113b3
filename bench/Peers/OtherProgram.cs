using System.ComponentModel;
using System.Diagnostics;

namespace Agent.Bench.Peers;

/// <summary>A program of others, run to its end.</summary>
static class OtherProgram
{
    /// <returns>What it said on its standard output.</returns>
    /// <exception cref="PeerMissingException">It is not there, takes too long or fails.</exception>
    public static async Task<string> OutputAsync(string program, IReadOnlyList<string> arguments, string directory, TimeSpan limit)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            using var late = new CancellationTokenSource(limit);
            await using var killing = late.Token.Register(() => process.Kill(entireProcessTree: true));
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode == 0
                ? output.Trim()
                : throw new PeerMissingException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}{(late.IsCancellationRequested ? $" after {limit.TotalSeconds:0} s" : "")}: {(await errors).Trim()}");
        }
        catch (Win32Exception error)
        {
            throw new PeerMissingException($"{program}: {error.Message}");
        }
    }
}

/// <summary>What a comparison needs is not there, or does not work.</summary>
sealed class PeerMissingException(string message) : Exception(message);
