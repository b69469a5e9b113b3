using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Sandbox;

/// <summary>This program started to become a command: it waits for its orders, takes its own rights away and lets the command take its place. Nothing of the service runs here.</summary>
static class Launcher
{
    public const string Argument = "--launch-sandboxed";

    /// <summary>What it writes on its standard output just before the command takes its place.</summary>
    public static ReadOnlySpan<byte> Begins => "\n"u8;

    const int CanNotLaunch = 125;
    const int NoSuchProgram = 127;

    public static int Run()
    {
        try
        {
            Practise();

            // Not buffered: what stands behind the orders is the command's input.
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            if (LaunchOrders.Read(input) is not { } orders)
            {
                return CanNotLaunch;
            }

            LaunchCalls.Enter(orders.Directory);
            if (Find(orders.Argv[0], orders) is not { } program)
            {
                Console.Error.WriteLine($"sandbox: there is no program '{orders.Argv[0]}': No such file or directory");
                return NoSuchProgram;
            }

            LaunchCalls.BeginSession(orders);
            LaunchCalls.DropCapabilities();
            LandlockRules.Restrict(orders);
            SeccompFilter.Install(orders.HasNetwork);
            LaunchCalls.SayThatItBegins();
            LaunchCalls.Become(program, orders);
            Console.Error.WriteLine($"sandbox: '{program}' can not be run: {Workspaces.Posix.LastError()}");
        }
        catch (LaunchFailedException failure)
        {
            Console.Error.WriteLine($"sandbox: {failure.Message}");
        }

        return CanNotLaunch;
    }

    // Done while there is time: what the orders will need is compiled and bound before they come. Nothing of it takes or gives a right.
    static void Practise()
    {
        var some = new LaunchOrders(["true"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, "/", [], [], HasNetwork: false, 1, 1, 1);
        using var input = new MemoryStream(some.ToBytes());
        var read = LaunchOrders.Read(input)!;
        LaunchCalls.Enter(read.Directory);
        Find(read.Argv[0], read);
        SeccompFilter.Practise();
        LaunchCalls.Practise(read);
    }

    static string? Find(string program, LaunchOrders orders) => program.Contains('/')
        ? Path.GetFullPath(program, orders.Directory) is var path && File.Exists(path) ? path : null
        : orders.Environment["PATH"].Split(':').Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}

sealed class LaunchFailedException(string message) : Exception(message);
