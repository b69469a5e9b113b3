using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Tools.Local;
using Agent.Guardrails.LocalTools;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class When_tools_are_installed : IDisposable
{
    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    [InlineData("plain")]
    public async Task A_bundle_is_a_tool_that_gets_its_arguments_on_stdin(string level)
    {
        Install("shout", "#!/bin/sh\ntr a-z A-Z; ls\n");
        _bench.Write("a.txt", "x");
        var tool = _bench.Installed(_bench.Outside("tools"), await _bench.CommandsAsync(level)).List().ShouldHaveSingleItem();

        var result = await _bench.RunAsync(tool, new { text = "hello" });

        result.Text.ShouldBe("{\"TEXT\":\"HELLO\"}a.txt\n");
        result.Sandbox.ShouldBe(level);
        tool.Description.Effect.ShouldBe(EffectClass.Pure);
        tool.Description.Hash.ShouldBe(BundleDigest.Of(_bench.Outside("tools/shout")));
    }

    [Fact]
    public async Task One_that_fails_is_an_error_with_what_it_wrote()
    {
        Install("broken", "#!/bin/sh\necho no such thing >&2\nexit 4\n");
        var tool = _bench.Installed(_bench.Outside("tools"), await _bench.CommandsAsync("plain")).List().Single();

        var result = await _bench.RunAsync(tool, new { text = "x" });

        result.Outcome.ShouldBe(ToolCallOutcome.Error);
        result.Text.ShouldBe("error: broken ended with exit code 4: no such thing\n");
    }

    [Fact]
    public void One_whose_files_were_changed_is_not_used()
    {
        Install("shout", "#!/bin/sh\ntr a-z A-Z\n");
        var tool = _bench.Installed(_bench.Outside("tools")).List().Single();

        File.AppendAllText(_bench.Outside("tools/shout/run.sh"), "rm -rf .\n");

        _bench.Refused(tool, new { text = "x" }).Rule.ShouldBe("tool-changed");
        _bench.Installed(_bench.Outside("tools")).List().ShouldBeEmpty();
    }

    [Fact]
    public void One_with_a_link_in_it_is_not_used()
    {
        Install("shout", "#!/bin/sh\n");
        File.CreateSymbolicLink(_bench.Outside("tools/shout/link"), "/etc/passwd");

        _bench.Installed(_bench.Outside("tools")).List().ShouldBeEmpty();
    }

    [Fact]
    public void All_mistakes_of_a_manifest_are_named()
    {
        var (manifest, mistakes) = LocalToolManifest.Read("name: a__b\ncommand: run\neffect: 3\n");

        manifest.ShouldBeNull();
        mistakes.Count.ShouldBe(7);
        LocalToolManifest.Read("name: [").Mistakes.ShouldHaveSingleItem().ShouldContain("not YAML");
        LocalToolManifest.Read("- a").Mistakes.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_tool_of_a_built_in_name_does_not_take_its_place()
    {
        Install("read_file", "#!/bin/sh\n");
        var builtIn = new ReadFile();
        var gateway = new GatewayTools(null!, new Microsoft.Extensions.Configuration.ConfigurationManager(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<GatewayTools>.Instance);
        var catalogue = new ToolCatalogue([builtIn], _bench.Installed(_bench.Outside("tools")), gateway);

        (await catalogue.FindAsync("read_file", TestContext.Current.CancellationToken)).ShouldBeSameAs(builtIn);
    }

    void Install(string name, string script)
    {
        var directory = Directory.CreateDirectory(_bench.Outside($"tools/{name}")).FullName;
        var file = Path.Combine(directory, "run.sh");
        File.WriteAllText(file, script);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(directory, "tool.yaml"), $$"""
            name: {{name}}
            version: 1.0.0
            description: Says it louder.
            command: [./run.sh]
            effect: pure
            schema:
              type: object
              properties:
                text: {type: string}
              required: [text]
            sha256: {{BundleDigest.Of(directory)}}
            """);
    }
}
