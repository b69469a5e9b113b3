using System.Text.Json;
using System.Text.Json.Serialization;

namespace Agent.Guardrails.Tests.Corpus;

/// <summary>Lines, paths and URLs that people and attackers write, each with the decision it must get and why it is there.</summary>
public sealed class CorpusTests(CorpusWorkspace workspace) : IClassFixture<CorpusWorkspace>
{
    [Fact]
    public void Every_command_line_gets_its_decision() =>
        Check("commands.jsonl", 300, entry => ToolRequests.ForCommand(entry.Command!, workspace.Root), entry => entry.Command!);

    [Fact]
    public void Every_path_gets_its_decision() =>
        Check("paths.jsonl", 150, entry => ToolRequests.ForPath(entry.Operation == "write", Place(entry.Path!), workspace.Root), entry => $"{entry.Operation} {entry.Path}");

    [Fact]
    public void Every_url_gets_its_decision() =>
        Check("urls.jsonl", 100, entry => ToolRequests.ForUrl(entry.Method!, entry.Url!, workspace.Root), entry => $"{entry.Method} {entry.Url}");

    [Fact]
    public void Nothing_but_the_lines_meant_to_be_allowed_is_allowed_word_by_word()
    {
        // A command judged as argv is the same command: quoting is gone, nothing is expanded, so no more may be allowed than as a plain line.
        foreach (var entry in Read("commands.jsonl").Where(entry => entry.Want != "allow"))
        {
            var argv = entry.Command!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (argv.All(word => word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '/' or '.' or '_')))
            {
                DefaultPolicies.Bundle.Decide(ToolRequests.ForArgv(argv, workspace.Root)).Ruling.ShouldNotBe(Ruling.Allow, entry.Command);
            }
        }
    }

    static void Check(string file, int least, Func<Entry, ToolRequest> request, Func<Entry, string> name)
    {
        var entries = Read(file);

        var wrong = entries
            .Select(entry => (entry, got: DefaultPolicies.Bundle.Decide(request(entry))))
            .Where(pair => Word(pair.got.Ruling) != pair.entry.Want)
            .Select(pair => $"{name(pair.entry)} ({pair.entry.Why}): wanted {pair.entry.Want}, got {Word(pair.got.Ruling)} by {pair.got.Rule}: {pair.got.Reason}")
            .ToList();

        entries.Count.ShouldBeGreaterThanOrEqualTo(least);
        entries.ShouldAllBe(entry => entry.Why.Length > 0);
        wrong.ShouldBeEmpty();
    }

    string Place(string path) => path.Replace("{ws}", workspace.Root, StringComparison.Ordinal);

    internal static List<Entry> Read(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", file)).Select(line => JsonSerializer.Deserialize<Entry>(line)!)];

    static string Word(Ruling ruling) => ruling switch { Ruling.Allow => "allow", Ruling.Ask => "ask", _ => "deny" };

    internal sealed record Entry(
        [property: JsonPropertyName("want")] string Want,
        [property: JsonPropertyName("why")] string Why,
        [property: JsonPropertyName("cmd")] string? Command,
        [property: JsonPropertyName("op")] string? Operation,
        [property: JsonPropertyName("path")] string? Path,
        [property: JsonPropertyName("method")] string? Method,
        [property: JsonPropertyName("url")] string? Url);
}
