using System.Text.RegularExpressions;
using Agent.Mcp.Gateway.Tools;

namespace Agent.Mcp.Gateway.Tests.Tools;

public sealed partial class FederatedNameTests
{
    [Theory]
    [InlineData("files", "read_file", "files__read_file")]
    [InlineData("a", "_b", "a___b")]
    public void Of_PlainName_IsReadable(string endpoint, string tool, string expected) => FederatedName.Of(endpoint, tool).ShouldBe(expected);

    [Theory]
    [InlineData("resources/read")]
    [InlineData("größe")]
    [InlineData("a tool with spaces")]
    [InlineData("an_exceedingly_long_tool_name_that_no_model_server_would_ever_take_as_it_is")]
    public void Of_OtherName_IsCodedWithinTheLimit(string tool)
    {
        var name = FederatedName.Of("an-endpoint-of-thirty-two-letter", tool);

        Allowed().IsMatch(name).ShouldBeTrue(name);
        FederatedName.Split(name)!.Value.Endpoint.ShouldBe("an-endpoint-of-thirty-two-letter");
    }

    [Fact]
    public void Of_AnyTwoTools_NeverMeet()
    {
        var random = new Random(42);
        const string letters = "ab_-x0/ .é";
        var seen = new Dictionary<string, (string Endpoint, string Tool)>();
        for (var round = 0; round < 50_000; round++)
        {
            var endpoint = new[] { "a", "a-b", "a_b", "b" }[random.Next(4)];
            var tool = new string([.. Enumerable.Range(0, random.Next(1, 80)).Select(_ => letters[random.Next(letters.Length)])]);

            // Also what a hostile server would name its tool: the coded name of another.
            tool = random.Next(3) == 0 ? FederatedName.Split(FederatedName.Of(endpoint, tool))!.Value.Tool : tool;
            var name = FederatedName.Of(endpoint, tool);

            Allowed().IsMatch(name).ShouldBeTrue(name);
            FederatedName.Split(name)!.Value.Endpoint.ShouldBe(endpoint);
            if (!seen.TryAdd(name, (endpoint, tool)))
            {
                seen[name].ShouldBe((endpoint, tool));
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex Allowed();
}
