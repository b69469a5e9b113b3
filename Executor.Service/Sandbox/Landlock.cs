using System.Diagnostics;

namespace Agent.Executor.Service.Sandbox;

/// <summary>For machines and containers where namespaces can not be had: the kernel's Landlock rules and a seccomp filter, put on by a launcher (this program itself) just before
/// the command takes its place. Weaker than bubblewrap: other processes can be seen (not looked into), and files of the workspace's <c>.git</c> are as writable as the rest.
/// To start the launcher takes longer than most commands, so some wait, started, for their one command: with nothing of it in their hands, no rights taken, and no other input than the orders.</summary>
sealed class Landlock(SandboxOptions options) : ISandbox
{
    const int KilledBySignal = 128;

    public string Level => "landlock";

    public async Task<Process> StartAsync(SandboxedCommand command, string temporary, LaunchThread launcher, CancellationToken cancellationToken)
    {
        var orders = Orders(command, temporary).ToBytes();
        while (true)
        {
            var process = await launcher.TakeAsync(StartInfo, options.WarmLaunchers, command.Mark);
            if (!await WasKilledBeforeAsync(process, orders, cancellationToken))
            {
                return process;
            }

            process.Dispose();
        }
    }

    public void EndRemains(int process, SandboxedCommand command) => ProcessRemains.End(process, command.Mark);

    // When memory runs out the kernel ends those that wait first. One that was killed before it said that the command begins has done nothing of it: the next one may.
    static async Task<bool> WasKilledBeforeAsync(Process process, byte[] orders, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(orders, cancellationToken);
            await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            if (await process.StandardOutput.BaseStream.ReadAsync(new byte[Launcher.Begins.Length], cancellationToken) > 0)
            {
                return false;
            }
        }
        catch (IOException)
        {
            // Nobody reads the orders any more; how it ended tells the rest.
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // What it could not do it has said on the other stream, and ended by itself.
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode > KilledBySignal;
    }

    static ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo { WorkingDirectory = "/" };
        var assembly = typeof(Landlock).Assembly.Location;
        var program = Path.ChangeExtension(assembly, null);
        start.FileName = File.Exists(program) ? program : "dotnet";
        if (start.FileName == "dotnet")
        {
            start.ArgumentList.Add(assembly);
        }

        start.ArgumentList.Add(Launcher.Argument);
        start.Environment.Clear();
        start.Environment["PATH"] = string.Join(':', MachinePaths.Programs);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        if (MachinePaths.DotnetRoot is { } dotnet)
        {
            start.Environment["DOTNET_ROOT"] = dotnet;
        }

        return start;
    }

    LaunchOrders Orders(SandboxedCommand command, string temporary) => new(
        command.Argv,
        CommandEnvironment.For(command, temporary, temporary),
        command.Workspace,
        [.. SystemPaths.Readable, .. options.ReadOnlyPaths, .. command.AlsoReadable, .. new[] { MachinePaths.DotnetRoot, MachinePaths.NugetPackages }.OfType<string>(), "/proc"],
        [command.Workspace, temporary, .. command.AlsoWritable],
        command.HasNetwork,
        options.MaxProcesses,
        options.MaxOpenFiles,
        options.MaxFileBytes);
}
