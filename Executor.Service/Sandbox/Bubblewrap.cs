using System.Diagnostics;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Own namespaces by bubblewrap: the system read-only, the workspace, a private /tmp, own processes, no network unless the call has it.</summary>
sealed class Bubblewrap(string program, SandboxOptions options) : ISandbox
{
    const string Home = "/tmp/home";

    public string Level => "bubblewrap";

    public Task<Process> StartAsync(SandboxedCommand command, string temporary, LaunchThread launcher, CancellationToken cancellationToken) => launcher.StartAsync(StartInfo(command, temporary), command.Mark);

    ProcessStartInfo StartInfo(SandboxedCommand command, string temporary)
    {
        var start = new ProcessStartInfo();
        ProcessLimits.Prefix(start, options);
        Add(start, program,
            "--unshare-user", "--disable-userns", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox");
        if (!command.HasNetwork)
        {
            Add(start, "--unshare-net");
        }

        AddSystem(start);
        Add(start, "--proc", "/proc", "--dev", "/dev", "--size", options.MaxTemporaryBytes.ToString(), "--tmpfs", "/tmp", "--dir", Home);
        foreach (var path in options.ReadOnlyPaths.Concat(command.AlsoReadable).Append(MachinePaths.DotnetRoot).Append(MachinePaths.NugetPackages).OfType<string>())
        {
            Add(start, "--ro-bind-try", path, path);
        }

        foreach (var path in command.AlsoWritable)
        {
            Add(start, "--bind", path, path);
        }

        Add(start, "--bind", command.Workspace, command.Workspace);
        ProtectGitSettings(start, command);
        Add(start, "--remount-ro", "/", "--chdir", command.Workspace, "--clearenv");
        foreach (var (name, value) in CommandEnvironment.For(command, Home, "/tmp"))
        {
            Add(start, "--setenv", name, value);
        }

        Add(start, "--");
        Add(start, [.. command.Argv]);

        // Of the sandbox's own first process, which commands can look into: empty too.
        start.Environment.Clear();
        return start;
    }

    public void EndRemains(int process, SandboxedCommand command)
    {
        // The process namespace ends with its first process, and everything in it.
        Posix.Kill(process, 9);
    }

    static void AddSystem(ProcessStartInfo start)
    {
        Add(start, "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/opt", "/opt");
        foreach (var directory in SystemPaths.Programs.Skip(2))
        {
            if (new DirectoryInfo(directory) is not { Exists: true } info)
            {
                continue;
            }

            // Merged-usr systems have links there.
            Add(start, info.LinkTarget is { } target ? ["--symlink", target, directory] : ["--ro-bind", directory, directory]);
        }

        foreach (var path in SystemPaths.Etc)
        {
            Add(start, "--ro-bind-try", path, path);
        }
    }

    // Hooks and settings written by a command would run outside, as the person who next uses git here.
    static void ProtectGitSettings(ProcessStartInfo start, SandboxedCommand command)
    {
        foreach (var root in command.AlsoWritable.Append(Path.Combine(command.Workspace, ".git")).Where(Directory.Exists))
        {
            foreach (var path in new[] { Path.Combine(root, "hooks"), Path.Combine(root, "config") })
            {
                Add(start, "--ro-bind-try", path, path);
            }
        }
    }

    static void Add(ProcessStartInfo start, params string[] arguments)
    {
        foreach (var argument in arguments)
        {
            if (start.FileName.Length == 0)
            {
                start.FileName = argument;
            }
            else
            {
                start.ArgumentList.Add(argument);
            }
        }
    }
}
