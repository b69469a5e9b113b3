using System.Text;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Tests.Endpoints.Settings;

public sealed class EndpointsFileTests
{
    [Fact]
    public void Parse_FullEntry_TakesEveryField()
    {
        var file = Parse("""
            { "endpoints": [ {
                "name": "search", "url": "https://search.example/mcp", "headers": { "Authorization": "Bearer ${SEARCH_TOKEN}" },
                "timeouts": { "connect": "5s", "call": 20, "probe": "00:00:40" }, "max_concurrent": 4,
                "rate_limit": { "per_minute": 120, "burst": 3, "max_wait": "250ms" },
                "health": { "interval": "1m", "unhealthy_after": 4, "healthy_after": 1 },
                "breaker": { "consecutive_failures": 2, "total_failures": 5, "window": 10, "open_for": "10s" },
                "allowed_tools": ["find_*"], "effects": { "find_*": "pure", "*": "compensatable" }, "trust_hints": true
            } ] }
            """);

        file.Mistakes.ShouldBeEmpty();
        var endpoint = file.Endpoints.Single();
        endpoint.Target.ShouldBeOfType<EndpointTarget.Http>().Headers["Authorization"].ShouldBe("Bearer ${SEARCH_TOKEN}");
        (endpoint.ConnectTimeout, endpoint.CallTimeout, endpoint.ProbeTimeout).ShouldBe((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)));
        endpoint.RateLimit.ShouldBe(new RateLimitSettings(2, 3, TimeSpan.FromMilliseconds(250)));
        endpoint.Breaker.ShouldBe(new BreakerSettings { ConsecutiveFailures = 2, TotalFailures = 5, Window = 10, OpenFor = TimeSpan.FromSeconds(10) });
        endpoint.Effects.ShouldBe([new("find_*", EffectClass.Pure), new("*", EffectClass.Compensatable)]);
        endpoint.TrustHints.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"mcpServers": {"files": {"command": "npx", "args": ["-y", "server"], "env": {"LEVEL": "1"}, "type": "stdio"}}}""")]
    [InlineData("""{"endpoints": {"files": {"command": "npx"}}}""")]
    [InlineData("""[{"name": "files", "command": "npx"}]""")]
    [InlineData("""{"endpoints": [/* with a comment */ {"name": "files", "command": "npx"},]}""")]
    public void Parse_FormsOfOtherClients_AreTaken(string json)
    {
        var file = Parse(json);

        file.Mistakes.ShouldBeEmpty();
        file.Endpoints.Single().Name.ShouldBe("files");
    }

    [Fact]
    public void Parse_ManyMistakes_ReportsAllWithLinePathAndCure()
    {
        var file = Parse("""
            {
              "endpoints": [
                { "name": "two__parts", "command": "npx" },
                { "name": "neither" },
                { "name": "both", "url": "https://a/mcp", "command": "npx" },
                { "name": "slow", "url": "ftp://a", "timeouts": { "call": "soon", "probe": 1 } },
                { "name": "literal", "url": "https://a/mcp", "headers": { "Authorization": "Bearer abc" } },
                { "name": "typo", "command": "npx", "rate_limt": {} },
                { "name": "limit", "command": "npx", "rate_limit": { "burst": 0 } },
                { "name": "effect", "command": "npx", "effects": { "*": "harmless" } },
                { "name": "half", "command": "npx", "env": { "X": "${NOT CLOSED" } },
                { "command": "npx" }
              ]
            }
            """);

        file.Endpoints.ShouldBeEmpty();
        var texts = file.Mistakes.Select(mistake => mistake.ToString()).ToList();
        texts.ShouldContain(text => text.StartsWith("endpoints.json:3: $.endpoints[0].name: 'two__parts'"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:4: $.endpoints[1]: There is neither 'url' nor 'command'."));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:5: ") && text.Contains("both 'url' and 'command'"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:6: $.endpoints[3].url"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:6: $.endpoints[3].timeouts.call") && text.Contains("30s"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:6: $.endpoints[3].timeouts.probe"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:7: $.endpoints[4].headers.Authorization") && text.Contains("${NAME}") && !text.Contains("abc"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:8: ") && text.EndsWith("Did you mean 'rate_limit'?"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:9: ") && text.Contains("per_second"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:9: $.endpoints[6].rate_limit.burst"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:10: ") && text.Contains("pure, idempotent, compensatable or irreversible"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:11: $.endpoints[8].env.X"));
        texts.ShouldContain(text => text.StartsWith("endpoints.json:12: $.endpoints[9]: The endpoint has no name."));
    }

    [Fact]
    public void Parse_NotJson_NamesLineAndColumn()
    {
        var file = Parse("{\n  \"endpoints\": [\n    oops\n  ]\n}");

        var mistake = file.Mistakes.Single();
        mistake.Line.ShouldBe(3);
        mistake.What.ShouldStartWith("This is not JSON");
        mistake.What.ShouldContain("column 5");
        mistake.What.ShouldNotContain("LineNumber");
    }

    [Fact]
    public void Parse_OneNameTwice_IsAMistakeWhateverItsCase() =>
        Parse("""{"endpoints": [{"name": "a", "command": "x"}, {"name": "A", "command": "y"}]}""").Mistakes.Single().What.ShouldContain("two endpoints named");

    [Fact]
    public void Read_NoFile_NamesTheSetting() => EndpointsFile.Read("/does/not/exist.json").Mistakes.Single().Cure.ShouldContain("AGENT_MCP_ENDPOINTS");

    [Theory]
    [InlineData("mcp_endpoints.json", 0)]
    [InlineData("examples/mcp_endpoints.json", 2)]
    public void Read_FilesWeShip_HaveNoMistakes(string path, int endpoints)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Agent.sln")))
        {
            root = root.Parent;
        }

        var file = EndpointsFile.Read(Path.Combine(root.FullName, path));

        file.Mistakes.ShouldBeEmpty();
        file.Endpoints.Count.ShouldBe(endpoints);
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrows()
    {
        var random = new Random(20260728);
        var good = Encoding.UTF8.GetBytes("""{"endpoints": [{"name": "a", "url": "https://a/mcp", "headers": {"X": "${Y:-1}"}, "timeouts": {"call": 1e9}, "effects": {"*": "pure"}, "rate_limit": {"per_second": 2}}]}""");
        for (var round = 0; round < 5000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            EndpointsFile.Parse("endpoints.json", bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }
    }

    static EndpointsFile Parse(string json) => EndpointsFile.Parse("endpoints.json", Encoding.UTF8.GetBytes(json));
}
