using System.Text.Json;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Tools.Local;
using Agent.Guardrails.LocalTools;
using Agent.Executor.Service.Workspaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tests;

/// <summary>A workspace on disk, and tools made to act on it without policy or journal.</summary>
sealed class ToolBench : IDisposable
{
    readonly TemporaryDirectory _home = new();
    readonly LaunchThread _launcher = new();

    public ToolBench()
    {
        Sandboxes = Choice("plain");
        Root = Directory.CreateDirectory(Path.Combine(_home.Path, "workspace")).FullName;
    }

    /// <summary>The one of the last commands; not started before there are any.</summary>
    public SandboxChoice Sandboxes { get; private set; }

    /// <summary>The workspace.</summary>
    public string Root { get; }

    /// <summary>A place beside the workspace.</summary>
    public string Outside(string name) => Path.Combine(_home.Path, name);

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string content)
    {
        var path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public Workspace Open() => Workspace.Open(Root);

    /// <summary>What the model would be told.</summary>
    public async Task<string> TextAsync(ITool tool, object arguments, bool isRepeat = false) => (await RunAsync(tool, arguments, isRepeat)).Text;

    public async Task<JsonElement> JsonAsync(ITool tool, object arguments) => JsonSerializer.Deserialize<JsonElement>(await TextAsync(tool, arguments));

    public async Task<ToolResult> RunAsync(ITool tool, object arguments, bool isRepeat = false)
    {
        try
        {
            var prepared = tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(arguments), tool.Description), Open());
            return await prepared.Act(new ToolContext(Guid.CreateVersion7(), "test.1#1", $"{Guid.CreateVersion7():N}", isRepeat), TestContext.Current.CancellationToken);
        }
        catch (ToolFailedException failure)
        {
            return new ToolResult($"error: {failure.Message}", Contracts.ToolCallOutcome.Error);
        }
    }

    public ToolRefusedException Refused(ITool tool, object arguments) =>
        Should.Throw<ToolRefusedException>(() => { tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(arguments), tool.Description), Open()); });

    public LocalTools Installed(string? directory, CommandRunner? commands = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection([new(LocalToolManifest.DirectorySetting, directory)]).Build(), commands!, Options.Create(new SandboxOptions()), TimeProvider.System, NullLogger<LocalTools>.Instance);

    /// <summary>Commands in the sandbox of that level; the test is skipped when it does not work here.</summary>
    public async Task<CommandRunner> CommandsAsync(string level, SandboxOptions? limits = null)
    {
        var choice = Choice(level);
        try
        {
            await choice.StartAsync(TestContext.Current.CancellationToken);
        }
        catch (ServiceDefaults.Starting.SettingsException missing)
        {
            Assert.Skip(missing.Message);
        }

        Sandboxes = choice;
        return new CommandRunner(choice, _launcher, Options.Create(limits ?? new SandboxOptions()), TimeProvider.System);
    }

    SandboxChoice Choice(string level) =>
        new(_launcher, Options.Create(new SandboxOptions { Level = level }), TimeProvider.System, NullLogger<SandboxChoice>.Instance);

    public void Dispose()
    {
        _launcher.Dispose();
        _home.Dispose();
    }
}
