using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Agent.Guardrails.Tests.Commands;

/// <summary>Lines that are allowed, as they are and garbled, are given to a real bash whose every program only writes down how it was called: each call must be one that is allowed by itself.
/// The reader of command lines can not be right about what bash does by its own account alone.</summary>
public sealed class What_bash_runs_was_judged : IDisposable
{
    const int Lines = 150;

    const string Stub = "#!/bin/sh\n{ printf '%s\\037' \"${0##*/}\" \"$@\"; printf '\\036'; } >> /log\n";
    const string Driver = "while IFS= read -r -d '' line; do timeout 2 /bin/bash --noprofile --norc -c \"$line\" < /dev/null > /dev/null 2>&1; done < /lines\n";

    static readonly string[] Programs =
    [
        "rm", "curl", "wget", "sudo", "chmod", "git", "ls", "cat", "head", "tail", "wc", "grep", "rg", "find", "xargs", "sort", "uniq", "cut", "tr", "sed", "awk", "tee", "cp", "mv", "mkdir", "touch", "ln", "tar", "sh", "bash", "env", "timeout", "nice",
        "nohup", "stdbuf", "setsid", "python", "python3", "perl", "node", "npm", "npx", "yarn", "pnpm", "pip", "cargo", "go", "dotnet", "make", "cmake", "ctest", "pytest", "tsc", "eslint", "jest", "jq", "docker", "ssh", "nc", "kill", "id", "whoami", "date",
        "uname", "hostname", "nproc", "which", "basename", "dirname", "realpath", "seq", "sleep", "stat", "file", "du", "df", "tree", "diff", "comm", "nl", "tac", "rev", "od", "xxd", "base64", "busybox", "printenv", "dd", "mount", "mvn", "gradle", "ps",
    ];

    static readonly string[] Fragments = ["$(", "`", "\"", "'", "&&", "||", ";", "|", ">", "{a,b}", "\\", "\n", "x=", "$x", "*", "~", "/", "..", "-o", "#", "!", "(", ")", "{", "}", "rm x", "$@", "''", "/etc/passwd", ".env", "$'\\x2e'", "eval ", "time ", "\\\n"];

    readonly string _directory = Directory.CreateTempSubdirectory("judged-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Every_program_that_is_started_is_allowed_by_itself()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap") && File.Exists("/bin/bash"), "bubblewrap or bash is not installed (Debian: apt install bubblewrap).");
        var workspace = MakeWorkspace();
        var lines = AllowedLines(workspace);

        var calls = await RunAsync(lines, workspace);

        calls.Count.ShouldBeGreaterThan(Lines / 2);
        var wrong = calls
            .Where(call => call[0] != "xargs" && !call.Any(word => word.StartsWith("/dev/fd/", StringComparison.Ordinal)))
            .Select(call => (call, decision: DefaultPolicies.Bundle.Decide(ToolRequests.ForArgv(call, workspace))))

            // After `cd tests` a path may lead back up: judged alone it would lead out.
            .Where(pair => pair.decision.Ruling != Ruling.Allow && pair.decision.Rule != "outside")
            .Select(pair => $"{string.Join(' ', pair.call)}: {pair.decision.Rule}");
        wrong.ShouldBeEmpty();
    }

    string MakeWorkspace()
    {
        var workspace = Path.Combine(_directory, "ws");
        foreach (var directory in (string[])["src", "tests", "docs", ".git"])
        {
            Directory.CreateDirectory(Path.Combine(workspace, directory));
        }

        foreach (var file in (string[])["README.md", "src/Program.cs", ".env", "a.txt", "b.txt", "names.txt"])
        {
            File.WriteAllText(Path.Combine(workspace, file), "x\n");
        }

        return workspace;
    }

    static List<string> AllowedLines(string workspace)
    {
        var random = new Random(20_260_103);
        var allowed = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", "commands.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("want").GetString() == "allow").Select(entry => entry.GetProperty("cmd").GetString()!).ToArray();
        var lines = new List<string>();
        while (lines.Count < Lines)
        {
            var line = allowed[random.Next(allowed.Length)];
            for (var changes = random.Next(0, 4); changes > 0; changes--)
            {
                line = line.Insert(random.Next(line.Length + 1), Fragments[random.Next(Fragments.Length)]);
            }

            // Waiting costs time and shows nothing.
            if (!line.Contains("sleep", StringComparison.Ordinal) && !line.Contains("while", StringComparison.Ordinal)
                && DefaultPolicies.Bundle.Decide(ToolRequests.ForCommand(line, workspace)).Ruling == Ruling.Allow)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    async Task<List<string[]>> RunAsync(List<string> lines, string workspace)
    {
        var stubs = Directory.CreateDirectory(Path.Combine(_directory, "stubs")).FullName;
        foreach (var program in Programs)
        {
            var path = Path.Combine(stubs, program);
            await File.WriteAllTextAsync(path, Stub);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        var log = Path.Combine(_directory, "log");
        await File.WriteAllTextAsync(log, "");
        await File.WriteAllTextAsync(Path.Combine(_directory, "lines"), string.Concat(lines.Select(line => line + "\0")));
        await File.WriteAllTextAsync(Path.Combine(_directory, "driver"), Driver.Replace("timeout", "/usr/bin/timeout", StringComparison.Ordinal));
        var start = new ProcessStartInfo("/usr/bin/bwrap") { UseShellExecute = false, RedirectStandardError = true };
        foreach (var word in (string[])[
            "--unshare-all", "--die-with-parent", "--clearenv", "--setenv", "PATH", "/stubs", "--setenv", "HOME", "/nowhere",
            "--ro-bind", "/usr", "/usr", "--ro-bind", "/bin", "/bin", "--ro-bind", "/lib", "/lib", "--ro-bind-try", "/lib64", "/lib64", "--dev", "/dev", "--proc", "/proc",
            "--ro-bind", stubs, "/stubs", "--bind", log, "/log", "--ro-bind", Path.Combine(_directory, "lines"), "/lines", "--ro-bind", Path.Combine(_directory, "driver"), "/driver",
            "--bind", workspace, workspace, "--chdir", workspace, "/bin/bash", "/driver"])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var complaints = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.SkipWhen(complaints.Contains("bwrap:", StringComparison.Ordinal), $"bubblewrap does not work here: {complaints}");

        var text = await File.ReadAllTextAsync(log, Encoding.UTF8, limit.Token);
        return [.. text.Split('\u001e', StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split('\u001f')[..^1]).Where(call => call.Length > 0)];
    }
}
