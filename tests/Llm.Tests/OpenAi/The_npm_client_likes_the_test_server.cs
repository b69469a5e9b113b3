using System.Diagnostics;
using System.Text.Json;
using Agent.TestKit.Models;
using Agent.TestKit.Node;

namespace Agent.Llm.Tests.OpenAi;

public class The_npm_client_likes_the_test_server
{
    static readonly NodePackages Packages = new("openai", "openai");

    [Fact]
    public async Task Chat_completions_and_responses_with_streams_tools_schemas_and_errors()
    {
        if (await Packages.InstallAsync() is { } reason)
        {
            Assert.Skip(reason);
        }

        await using var server = await FakeModelServer.StartAsync();
        server.Key = "secret";
        server.Otherwise = Answer;
        Fault[] faults =
        [
            new Fault.Status(400), new Fault.Status(401), new Fault.Status(404), new Fault.Status(429, RetryAfter: "7"), new Fault.Status(503),
            new Fault.Cut(), new Fault.Cut(),
        ];
        server.Fail([.. faults, .. faults]);

        var got = await RunAsync(server.BaseUrl);

        got["models"].ShouldBe("""["scripted-1"]""");
        foreach (var (api, stop, cut) in new[] { ("chat", "stop", "length"), ("responses", "completed", "incomplete") })
        {
            got[$"{api} 400"].ShouldBe("""["BadRequestError",400,null]""");
            got[$"{api} 401"].ShouldBe("""["AuthenticationError",401,null]""");
            got[$"{api} 404"].ShouldBe("""["NotFoundError",404,null]""");
            got[$"{api} 429"].ShouldBe("""["RateLimitError",429,"7"]""");
            got[$"{api} 503"].ShouldBe("""["InternalServerError",503,null]""");
            got[$"{api} cut"].ShouldContain("Error");
            got[$"{api} cut stream"].ShouldContain("Error");
            got[$"{api} text"].ShouldBe($$"""["there are twelve files","{{stop}}",[11,7,3,2]]""");
            got[$"{api} pieces"].ShouldBe("""["there"," are"," twelve"," files"]""");
            got[$"{api} stream"].ShouldBe(got[$"{api} text"]);
            got[$"{api} cut off"].ShouldBe($"\"{cut}\"");
            got[$"{api} tools"].ShouldBe("""[["c1","list_files","{\"path\":\"a b\"}"],["c2","list_files","{\"path\":\"é\"}"]]""");
            got[$"{api} streamed tools"].ShouldBe(got[$"{api} tools"]);
            got[$"{api} schema"].ShouldBe("""{"number":12}""");
            got[$"{api} streamed schema"].ShouldBe(got[$"{api} schema"]);
        }
    }

    static ScriptedReply Answer(ModelRequest request)
    {
        var body = request.Body.GetRawText();
        return body.Contains("\"cut\"", StringComparison.Ordinal) ? new ScriptedReply("there are") { IsCut = true }
            : body.Contains("\"tools\",", StringComparison.Ordinal) || body.Contains("\"tools\"}", StringComparison.Ordinal)
                ? new ScriptedReply("", new ScriptedCall("list_files", """{"path":"a b"}""", "c1"), new ScriptedCall("list_files", """{"path":"é"}""", "c2"))
            : body.Contains("json_schema", StringComparison.Ordinal) ? new ScriptedReply("""{"number":12}""")
            : new ScriptedReply("there are twelve files");
    }

    static async Task<Dictionary<string, string>> RunAsync(Uri baseUrl)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "OpenAi", "npm-client.js"), Path.Combine(Packages.Directory, "node_modules"), baseUrl.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        process.ExitCode.ShouldBe(0, await error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("check").GetString()!, line => line.TryGetProperty("got", out var got) ? got.GetRawText() : "nothing", StringComparer.Ordinal);
    }
}
