using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Audit;

namespace Agent.Mcp.Gateway.Tests.Audit;

public sealed class GatewayAuditTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("audit-").FullName;

    [Fact]
    public async Task The_chain_holds_across_restarts_and_parallel_callers()
    {
        for (var start = 0; start < 3; start++)
        {
            using var audit = New();
            await Task.WhenAll(Enumerable.Range(0, 20).Select(number => audit.AppendAsync(Call(new() { ["number"] = number, ["text"] = "ünïcode \n <&>" }))));
        }

        Lines().Length.ShouldBe(60);
        GatewayAudit.BrokenAt(Lines()).ShouldBeNull();
        ((long?)JsonNode.Parse(Lines()[^1])!["seq"]).ShouldBe(60);
    }

    [Theory]
    [InlineData("\"number\":1", "\"number\":7")]
    [InlineData("\"outcome\":\"ok\"", "\"outcome\":\"no\"")]
    public async Task A_changed_line_is_found(string from, string to)
    {
        await WriteAsync(3);
        var lines = Lines();
        lines[1] = lines[1].Replace(from, to, StringComparison.Ordinal);

        GatewayAudit.BrokenAt(lines).ShouldBe(2);
    }

    [Fact]
    public async Task A_removed_or_moved_line_is_found()
    {
        await WriteAsync(4);

        GatewayAudit.BrokenAt(Lines().Where((_, index) => index != 1)).ShouldBe(2);
        GatewayAudit.BrokenAt(Lines().Reverse()).ShouldBe(1);
    }

    [Fact]
    public async Task A_line_cut_off_by_a_crash_is_taken_away_and_the_chain_goes_on()
    {
        await WriteAsync(2);
        var whole = await File.ReadAllTextAsync(Path.Combine(_directory, "gateway.jsonl"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "gateway.jsonl"), whole + whole[..40]);

        await WriteAsync(1);

        Lines().Length.ShouldBe(3);
        GatewayAudit.BrokenAt(Lines()).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_tampered_with_stays_for_the_check_to_find()
    {
        await WriteAsync(1);
        await File.AppendAllTextAsync(Path.Combine(_directory, "gateway.jsonl"), "not an entry\n");

        await WriteAsync(1);

        GatewayAudit.BrokenAt(Lines()).ShouldBe(2);
        Lines()[1].ShouldBe("not an entry");
    }

    [Fact]
    public async Task Secrets_in_arguments_are_not_written()
    {
        using (var audit = New())
        {
            await audit.AppendAsync(Call(new() { ["api_key"] = "hunter2hunter2", ["nested"] = new JsonArray(new JsonObject { ["text"] = "use sk-abcdefghijklmnopqrstuvwx now" }), ["plain"] = "kept" }));
        }

        var line = Lines().Single();
        line.ShouldNotContain("hunter2");
        line.ShouldNotContain("sk-abc");
        line.ShouldContain("kept");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    async Task WriteAsync(int lines)
    {
        using var audit = New();
        for (var number = 0; number < lines; number++)
        {
            await audit.AppendAsync(Call(new() { ["number"] = number }));
        }
    }

    string[] Lines() => File.ReadAllLines(Path.Combine(_directory, "gateway.jsonl"));

    GatewayAudit New() => new(_directory, TimeProvider.System);

    static GatewayCall Call(JsonObject arguments) => new("fake", "work", arguments, "ok", 1.5, [], null);
}
