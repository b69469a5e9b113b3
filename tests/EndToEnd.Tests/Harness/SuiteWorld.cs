using System.Text;

namespace Agent.EndToEnd.Tests.Harness;

/// <summary>A state directory and a workspace of its own, and the suite's programs run on them.</summary>
sealed class SuiteWorld : IAsyncDisposable
{
    readonly List<StartedProgram> _started = [];
    readonly string _folder = Directory.CreateTempSubdirectory("suite-").FullName;

    public SuiteWorld()
    {
        Workspace = Directory.CreateDirectory(Path.Combine(_folder, "workspace")).FullName;
        Environment["AGENT_STATE_DIR"] = State;
        foreach (var name in (string[])["OPENAI_BASE_URL", "OPENAI_API_KEY", "AGENT_MODEL", "ConnectionStrings__redis", "ConnectionStrings__rabbitmq", "Bus__Transport", "AGENT_DOOR_URL", "AGENT_DOOR_KEY", "AGENT_POLICY_DIR", "AGENT_MCP_ENDPOINTS"])
        {
            Environment[name] = null;
        }
    }

    /// <summary>A start of everything on a busy machine, with room.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(90);

    public string Workspace { get; }

    public string State => Path.Combine(_folder, "state");

    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>Writes a file; the path is below the world's own folder.</summary>
    public string Write(string path, string content)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    /// <summary>A small project with facts that can be counted.</summary>
    public void WriteSampleProject()
    {
        Write("workspace/README.md", "# Tide table\n\nPrints when the tide turns.\n");
        Write("workspace/src/tide.py", "def main():\n    print('high')\n\n\nif __name__ == '__main__':\n    main()\n");
        Write("workspace/src/moon.py", "PHASES = 8\n");
        Write("workspace/tests/test_tide.py", "def test_main():\n    assert True\n");
    }

    /// <summary>Nobody may read the workspace, until the world ends.</summary>
    public void LockWorkspace()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Workspace, UnixFileMode.None);
        }
    }

    public StartedProgram Start(params string[] arguments)
    {
        var program = StartedProgram.Start(Repository.AppHost, arguments, Environment);
        _started.Add(program);
        return program;
    }

    /// <summary><c>dotnet run --project AppHost -- …</c>, to its end.</summary>
    public async Task<Ended> AppHostAsync(params string[] arguments)
    {
        var ended = await Start(arguments).EndAsync(Patience);
        NothingIsLeft();
        return ended;
    }

    public Task<Ended> RunAsync(string goal, params string[] more) => AppHostAsync(["run", goal, "--workspace", Workspace, "--port", "0", .. more]);

    /// <summary><c>agent …</c> against the suite that runs.</summary>
    public async Task<Ended> AgentAsync(params string[] arguments)
    {
        await using var program = StartedProgram.Start(Repository.Cli, arguments, Environment);
        return await program.EndAsync(Patience);
    }

    public async Task<RunningSuite> StartSuiteAsync()
    {
        var program = Start("--port", "0");
        return await RunningSuite.WaitAsync(program, this);
    }

    /// <summary>Processes of this world's suite, by name.</summary>
    public IReadOnlyList<(int Id, string Name)> Processes()
    {
        var found = new List<(int, string)>();
        var mark = Encoding.UTF8.GetBytes("AGENT_STATE_DIR=" + State);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var id) && id != System.Environment.ProcessId && Read(directory + "/environ").AsSpan().IndexOf(mark) >= 0)
            {
                found.Add((id, Encoding.UTF8.GetString(Read(directory + "/cmdline")).Split('\0')[0]));
            }
        }

        return found;
    }

    public int ProcessOf(string service) => Processes().Single(process => process.Name.EndsWith(service, StringComparison.Ordinal)).Id;

    /// <summary>The embedded store, not while it recovers on another port; null while it is away.</summary>
    public int? StoreProcess() => Processes()
        .Where(process => Encoding.UTF8.GetString(Read($"/proc/{process.Id}/cmdline")) is var line && line.Contains("garnet.conf", StringComparison.Ordinal) && !line.Contains("--port", StringComparison.Ordinal))
        .Select(process => (int?)process.Id)
        .FirstOrDefault();

    public void NothingIsLeft() => Processes().ShouldBeEmpty();

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _started)
        {
            await program.DisposeAsync();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Processes().Count > 0 && !limit.IsCancellationRequested)
        {
            await Task.Delay(20, CancellationToken.None);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Workspace, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(_folder, recursive: true);
    }

    static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is not ours to look at.
            return [];
        }
    }
}
