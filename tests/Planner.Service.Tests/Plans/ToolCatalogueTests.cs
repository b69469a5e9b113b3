using Agent.Guardrails.LocalTools;
using Agent.Planner.Service.Plans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Planner.Service.Tests.Plans;

public sealed class ToolCatalogueTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("tools-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_plan_may_name_an_installed_tool_but_not_one_whose_files_were_changed()
    {
        Install("word_count");
        Install("tampered");
        await File.AppendAllTextAsync(Path.Combine(_directory, "tampered", "run.sh"), "echo more\n", TestContext.Current.CancellationToken);

        var names = await NamesAsync(KeyValuePair.Create("AGENT_TOOLS_DIR", (string?)_directory));

        names.ShouldContain("word_count");
        names.ShouldContain("read_file");
        names.ShouldNotContain("tampered");
    }

    [Fact]
    public async Task Without_more_there_are_the_built_in_ones() => (await NamesAsync()).ShouldBe(KnownTools.BuiltIn, ignoreOrder: true);

    static async Task<IReadOnlySet<string>> NamesAsync(params KeyValuePair<string, string?>[] settings)
    {
        using var catalogue = new ToolCatalogue(null!, new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), TimeProvider.System, NullLogger<ToolCatalogue>.Instance);
        return await catalogue.NamesAsync(TestContext.Current.CancellationToken);
    }

    void Install(string name)
    {
        var bundle = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(bundle, "run.sh"), "#!/bin/sh\necho 1\n");
        File.WriteAllText(Path.Combine(bundle, "tool.yaml"), $$"""
            name: {{name}}
            version: 1.0.0
            description: Counts.
            command: [./run.sh]
            effect: pure
            schema: {type: object, properties: {text: {type: string} } }
            sha256: {{BundleDigest.Of(bundle)}}
            """);
    }
}
