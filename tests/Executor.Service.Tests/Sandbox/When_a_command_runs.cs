using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tests.Sandbox;

public sealed class When_a_command_runs : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Its_environment_is_the_list_and_nothing_inherited(string level)
    {
        Environment.SetEnvironmentVariable("AGENT_TEST_SECRET", "hunter2");

        var result = await RunAsync(level, "sh", "-c", "env; cat /proc/1/environ /proc/self/environ | tr '\\0' '\\n'");

        // The plain level can not hide other processes of the user; under Landlock they are seen but not looked into.
        var text = level == "plain" ? (await RunAsync(level, "env")).Stdout.Text : result.Stdout.Text;
        text.ShouldNotContain("hunter2");
        text.ShouldNotContain("AGENT_TEST_SECRET");
        text.ShouldContain("LANG=C.UTF-8");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task It_works_in_the_workspace_and_its_exit_code_is_told(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "pwd; echo hi > made.txt; echo oops >&2; exit 3");

        result.End.ShouldBe(CommandEnd.Exited);
        result.ExitCode.ShouldBe(3);
        result.Stdout.Text.ShouldBe(_bench.Root + "\n");
        result.Stderr.Text.ShouldBe("oops\n");
        result.Sandbox.ShouldBe(level);
        File.ReadAllText(_bench.At("made.txt")).ShouldBe("hi\n");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task It_is_given_its_input_and_no_byte_of_anything_else(string level)
    {
        var commands = await _bench.CommandsAsync(level);
        foreach (var input in (string[])["", "first\n", new string('x', 300_000)])
        {
            var result = await commands.RunAsync(
                new SandboxedCommand(["cat"], _bench.Root, $"{Guid.CreateVersion7():N}", Patience) { Input = System.Text.Encoding.UTF8.GetBytes(input) }, TestContext.Current.CancellationToken);

            result.Stdout.Text.ShouldBe(input);
            result.Stderr.Text.ShouldBe("");
        }
    }

    [Fact]
    public async Task A_launcher_that_waits_is_taken_by_one_command_and_its_death_costs_none()
    {
        var commands = await _bench.CommandsAsync("landlock");
        var own = $"{Environment.ProcessId}";
        List<int> Waiting() => [.. Directory.EnumerateDirectories("/proc").Where(process => Holds(process, "--launch-sandboxed\0") && ParentOf(process) == own).Select(process => int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture))];
        await RunOneAsync();

        // Some are other tests', and may have orders by now: none has begun its command, so none has anything to lose.
        var deadline = Stopwatch.StartNew();
        while (Waiting().Count < 2)
        {
            deadline.Elapsed.ShouldBeLessThan(Patience);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // One right after the other: some are still on their way out when the next command takes them.
        Waiting().ForEach(id => Posix.Kill(id, 9));
        await RunOneAsync();
        await RunOneAsync();

        async Task RunOneAsync()
        {
            var result = await commands.RunAsync(new SandboxedCommand(["sh", "-c", "echo here"], _bench.Root, $"{Guid.CreateVersion7():N}", Patience), TestContext.Current.CancellationToken);
            result.Stdout.Text.ShouldBe("here\n", result.Stderr.Text);
        }

        static string? ParentOf(string process)
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(process, "stat"));
                return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task A_program_that_is_not_there_is_said_so(string level) =>
        (await RunAsync(level, "no-such-program-here")).End.ShouldBe(CommandEnd.NotFound);

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task It_ends_at_its_time_limit_with_all_its_children(string level)
    {
        var commands = await _bench.CommandsAsync(level);
        var mark = $"{Guid.CreateVersion7():N}";

        var result = await commands.RunAsync(
            new SandboxedCommand(["sh", "-c", "setsid sleep 337 & sleep 337 & echo started; sleep 337"], _bench.Root, mark, TimeSpan.FromSeconds(4)), TestContext.Current.CancellationToken);

        result.End.ShouldBe(CommandEnd.TimedOut);
        result.Stdout.Text.ShouldBe("started\n");
        await NoneLeftAsync("sleep\0" + "337\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task A_child_that_outlives_the_command_is_ended_with_it(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "setsid sleep 338 >/dev/null 2>&1 & echo done");

        result.End.ShouldBe(CommandEnd.Exited);
        await NoneLeftAsync("sleep\0" + "338\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Cancelling_ends_it_at_once(string level)
    {
        var commands = await _bench.CommandsAsync(level);
        using var cancel = new CancellationTokenSource();
        var running = commands.RunAsync(new SandboxedCommand(["sh", "-c", "echo up > up; sleep 339"], _bench.Root, "mark-cancel", Patience), cancel.Token);
        await AppearsAsync(_bench.At("up"));

        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        var result = await running;

        result.End.ShouldBe(CommandEnd.Cancelled);
        // Long before the command would have ended by itself.
        watch.Elapsed.ShouldBeLessThan(Patience);
        await NoneLeftAsync("sleep\0" + "339\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Its_output_is_bounded_while_it_is_read(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "echo first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last");

        result.Stdout.TotalBytes.ShouldBeGreaterThan(50_000_000);
        result.Stdout.Text.Length.ShouldBeLessThan(5_000_000);
        result.Stdout.Text.ShouldStartWith("first\n");
        result.Stdout.Text.ShouldEndWith("\nlast\n");
        result.Stdout.Text.ShouldContain("bytes dropped");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    public async Task What_is_outside_can_be_neither_read_nor_written(string level)
    {
        File.WriteAllText(_bench.Outside("secret.txt"), "top secret");
        File.CreateSymbolicLink(_bench.At("link"), _bench.Outside("secret.txt"));

        var read = await RunAsync(level, "sh", "-c", $"cat {_bench.Outside("secret.txt")} link ../secret.txt");
        var write = await RunAsync(
            level, "sh", "-c", $"echo x > {_bench.Outside("new.txt")}; echo x > /usr/x; echo x > /etc/x; echo x > /x; cat /etc/shadow; ls -A /home; ls -A /root | grep -v nuget; mv link {_bench.Outside("moved")}");

        read.ExitCode.ShouldNotBe(0);
        read.Stdout.Text.ShouldBe("");
        write.Stdout.Text.ShouldBe("");
        File.Exists(_bench.Outside("new.txt")).ShouldBeFalse();
        File.Exists(_bench.Outside("moved")).ShouldBeFalse();
        File.Exists("/usr/x").ShouldBeFalse();
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    public async Task The_network_is_cut_loopback_included(string level)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var result = await RunAsync(level, "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{port} && echo connected; exec 4<>/dev/udp/127.0.0.1/{port} && [ {level} = landlock ] && echo sent");

        result.Stdout.Text.ShouldBe("");
        listener.Pending().ShouldBeFalse();
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    public async Task New_namespaces_can_not_be_made_in_it(string level) =>
        (await RunAsync(level, "unshare", "--user", "--map-root-user", "sh", "-c", "echo nested")).Stdout.Text.ShouldBe("");

    [Fact]
    public async Task Landlock_shows_other_processes_and_lets_none_be_looked_into()
    {
        Environment.SetEnvironmentVariable("AGENT_TEST_SECRET", "hunter2");

        var result = await RunAsync("landlock", "sh", "-c", $"cat /proc/{Environment.ProcessId}/environ; readlink /proc/{Environment.ProcessId}/exe; kill -0 {Environment.ProcessId} && echo signalled");

        result.Stdout.Text.ShouldBe("");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Its_limits_are_set_and_it_goes_first_when_memory_runs_out(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "ulimit -n; cat /proc/self/oom_score_adj; grep -E 'file size|core file' /proc/self/limits");

        var lines = result.Stdout.Text.Split('\n');
        lines[0].ShouldBe("16384");
        lines[1].ShouldBe("900");
        lines[2].ShouldContain("17179869184");
        lines[3].ShouldMatch(@"Max core file size\s+0\s");
    }

    [Fact]
    public async Task The_private_tmp_of_bubblewrap_has_an_end() =>
        (await RunAsync("bubblewrap", "sh", "-c", "df -k --output=size /tmp | tail -n 1")).Stdout.Text.Trim().ShouldBe("1048576");

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task Many_children_in_sessions_of_their_own_end_with_it(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5; do setsid sh -c 'sleep 341' >/dev/null 2>&1 & done; done; echo begun");

        result.Stdout.Text.ShouldBe("begun\n");
        await NoneLeftAsync("sleep\0" + "341\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task A_child_that_left_its_session_and_its_environment_is_ended_with_it(string level)
    {
        var result = await RunAsync(level, "sh", "-c", "setsid env -i AGENT_CALL_MARK=other sleep 342 >/dev/null 2>&1 & setsid env -i sleep 342 >/dev/null 2>&1 & sleep 0.2; echo begun");

        result.Stdout.Text.ShouldBe("begun\n");
        await NoneLeftAsync("sleep\0" + "342\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task It_is_ended_when_it_starts_too_many_processes(string level)
    {
        var commands = await _bench.CommandsAsync(level, new SandboxOptions { MaxCallProcesses = 40 });

        var result = await commands.RunAsync(
            new SandboxedCommand(["sh", "-c", "i=0; while [ $i -lt 60 ]; do setsid sleep 343 & i=$((i+1)); done; wait"], _bench.Root, $"{Guid.CreateVersion7():N}", Patience), TestContext.Current.CancellationToken);

        result.End.ShouldBe(CommandEnd.TooManyProcesses);
        await NoneLeftAsync("sleep\0" + "343\0");
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task It_is_ended_when_it_takes_too_much_memory(string level)
    {
        var commands = await _bench.CommandsAsync(level, new SandboxOptions { MaxMemoryBytes = 200L * 1024 * 1024 });

        // A last line without an end is held in memory by its reader.
        var result = await commands.RunAsync(
            new SandboxedCommand(["sh", "-c", "(head -c 400000000 /dev/zero; sleep 344) | tail -n 1"], _bench.Root, $"{Guid.CreateVersion7():N}", Patience), TestContext.Current.CancellationToken);

        result.End.ShouldBe(CommandEnd.TooMuchMemory);
        await NoneLeftAsync("sleep\0" + "344\0");
    }

    [Fact]
    public async Task A_pipe_whose_reader_ends_ends_its_writer() =>
        (await RunAsync("landlock", "bash", "-c", "yes | head -n 1")).Stdout.Text.ShouldBe("y\n");

    [Fact]
    public async Task Bubblewrap_keeps_git_hooks_and_settings_from_being_written()
    {
        _bench.Write(".git/config", "[core]\n");
        _bench.Write(".git/hooks/sample", "x");

        var result = await RunAsync("bubblewrap", "sh", "-c", "echo x > .git/hooks/post-commit; echo x >> .git/config; echo x > .git/other; exit 0");

        result.ExitCode.ShouldBe(0);
        File.Exists(_bench.At(".git/hooks/post-commit")).ShouldBeFalse();
        File.ReadAllText(_bench.At(".git/config")).ShouldBe("[core]\n");
        File.Exists(_bench.At(".git/other")).ShouldBeTrue();
    }

    [Fact]
    public async Task Bubblewrap_shows_no_processes_but_its_own()
    {
        var result = await RunAsync("bubblewrap", "sh", "-c", "ls -d /proc/[0-9]* | wc -l");

        int.Parse(result.Stdout.Text.Trim()).ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    public async Task Compilers_and_interpreters_run_in_it(string level)
    {
        (await RunAsync(level, "dotnet", "--version")).Stdout.Text.ShouldStartWith("10.");
        (await RunAsync(level, "git", "--version")).Stdout.Text.ShouldStartWith("git version");
        Assert.SkipUnless(MachinePaths.FindProgram("node") is not null, "node is not installed.");
        (await RunAsync(level, "node", "-e", "console.log(6*7)")).Stdout.Text.ShouldBe("42\n");
    }

    async Task<CommandResult> RunAsync(string level, params string[] argv) =>
        await (await _bench.CommandsAsync(level)).RunAsync(new SandboxedCommand(argv, _bench.Root, $"{Guid.CreateVersion7():N}", Patience), TestContext.Current.CancellationToken);

    static async Task AppearsAsync(string path)
    {
        var deadline = Stopwatch.StartNew();
        while (!File.Exists(path))
        {
            deadline.Elapsed.ShouldBeLessThan(Patience);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    static async Task NoneLeftAsync(string commandLine)
    {
        var deadline = Stopwatch.StartNew();
        while (Directory.EnumerateDirectories("/proc").Any(process => Holds(process, commandLine)))
        {
            deadline.Elapsed.ShouldBeLessThan(Patience, "a child is still running");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    static bool Holds(string process, string commandLine)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).EndsWith(commandLine, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
