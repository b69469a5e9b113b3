using System.ComponentModel;
using System.Reflection;
using Agent.Llm.OpenAi;
using Agent.Llm.Smoke;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.Smoke;

public class The_compatibility_matrix_is_true
{
    [Fact]
    public async Task Its_lines_are_what_the_imitations_did()
    {
        var lines = new List<string>();
        foreach (var kind in Enum.GetValues<ModelServerKind>())
        {
            lines.Add(await LineAsync(kind));
        }

        var table = "| imitation | found out | Chat Completions | Responses |\n|---|---|---|---|\n" + string.Join('\n', lines);

        File.ReadAllText(Document()).ShouldContain(table, Case.Sensitive, $"docs/compatibility.md should have this table:\n{table}");
    }

    static async Task<string> LineAsync(ModelServerKind kind)
    {
        await using var server = await FakeModelServer.StartAsync(kind);
        server.Otherwise = CapableModel.Answer;
        var report = (await ModelSmoke.RunAsync(SmokedServer.Configuration(server)))!;
        var settings = new ModelServer(server.BaseUrl, "k", FakeModelServer.Model, false, TimeSpan.FromSeconds(20), 4);
        var memory = Directory.CreateTempSubdirectory("agent-matrix-");
        using var client = LlmSetup.Online(settings, memory.FullName, new ServerGates(TimeProvider.System), TimeProvider.System);
        await client.GetResponseAsync("hello");
        var found = new ApiMemory(memory.FullName).Find(settings)!.Api;
        memory.Delete(recursive: true);
        return $"| {NameOf(kind)} | {found} | {Cell(report, "chat")} | {Cell(report, "responses")} |";
    }

    static string Cell(SmokeReport report, string api)
    {
        var tried = report.Lines.Where(line => line.Api == api).ToList();
        var failed = tried.Where(line => !line.Works).Select(line => line.Feature).ToList();
        return failed.Count == 0 ? "all" : failed is ["answer"] ? "not there" : "all but " + string.Join(", ", failed);
    }

    static string NameOf(ModelServerKind kind) => typeof(ModelServerKind).GetField(kind.ToString())!.GetCustomAttribute<DescriptionAttribute>()!.Description;

    static string Document()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Agent.sln was not found above the test's folder.");
        }

        return Path.Combine(directory.FullName, "docs", "compatibility.md");
    }
}
