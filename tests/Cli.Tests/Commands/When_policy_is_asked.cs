using System.Text.Json;

namespace Agent.Cli.Tests.Commands;

/// <summary><c>agent policies …</c> needs no suite: the door is never opened.</summary>
public sealed class When_policy_is_asked : IDisposable
{
    static readonly string Policies = Path.Combine(Root(), "policies");

    readonly GivenDoor _door = new(new Uri("http://127.0.0.1:1"));
    readonly string _workspace = Directory.CreateTempSubdirectory("asked-").FullName;

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    [Theory]
    [InlineData("git status -s", "allow", "git-looks")]
    [InlineData("git push origin main", "deny", "git-push")]
    [InlineData("ls; rm -rf /", "deny", "remove-trees")]
    [InlineData("echo $(", "deny", "not-understood")]
    public async Task A_command_gets_decision_rule_and_chain(string line, string decision, string rule)
    {
        var run = await AskAsync("explain", "--command", line, "--json");

        run.ExitCode.ShouldBe(0);
        var answer = JsonDocument.Parse(run.Output).RootElement;
        answer.GetProperty("decision").GetString().ShouldBe(decision);
        answer.GetProperty("rule").GetString().ShouldBe(rule);
        answer.GetProperty("chain").GetArrayLength().ShouldBeGreaterThan(1);
        (answer.GetProperty("to_allow").GetArrayLength() > 0).ShouldBe(decision != "allow");
        _door.Opened.ShouldBe(0);
    }

    [Fact]
    public async Task Paths_and_urls_are_asked_about_in_the_same_way()
    {
        (await AskAsync("explain", "--path", "read", "../x")).Output.ShouldStartWith("deny  by outside");
        (await AskAsync("explain", "--path", "write", "@x")).Output.ShouldStartWith("allow  by write-workspace");
        (await AskAsync("explain", "--url", "GET", "http://169.254.169.254/")).Output.ShouldStartWith("deny  by not-a-public-address");
    }

    [Fact]
    public async Task A_batch_answers_each_line_and_survives_lines_that_are_no_requests()
    {
        var file = Path.Combine(_workspace, "batch.jsonl");
        await File.WriteAllLinesAsync(file, ["""{"id":1,"cmd":"git status"}""", """{"id":"p","op":"read","path":"/etc/shadow"}""", """{"id":3,"method":"GET","url":"http://localhost/"}""", "not json", """{"id":5}""", """{"id":6,"cmd":"\ud800"}"""]);

        var run = await AskAsync("explain", "--batch", file);

        var answers = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        answers.Select(answer => answer.GetProperty("decision").GetString()).ShouldBe(["allow", "deny", "deny", "deny", "deny", "deny"]);
        answers[0].GetProperty("id").GetInt32().ShouldBe(1);
        answers[1].GetProperty("id").GetString().ShouldBe("p");
        answers[4].GetProperty("rule").GetString().ShouldBe("invalid-request");
    }

    [Fact]
    public async Task A_layer_of_a_principal_is_asked_about_by_name()
    {
        var policies = Directory.CreateDirectory(Path.Combine(_workspace, "policies")).FullName;
        await File.WriteAllTextAsync(Path.Combine(policies, "tools.yaml"), "rules:\n  - { id: tools, answer: allow, reason: r, tools: [run_command], requires: command }\n  - { id: looks, answer: allow, reason: r, commands: [id] }\n");
        Directory.CreateDirectory(Path.Combine(policies, "principals", "alice"));
        await File.WriteAllTextAsync(Path.Combine(policies, "principals", "alice", "tools.yaml"), "rules:\n  - { id: hers, answer: ask, reason: r, commands: [id] }\n");
        var file = Path.Combine(_workspace, "batch.jsonl");
        await File.WriteAllLinesAsync(file, ["""{"id":1,"cmd":"id"}""", """{"id":2,"cmd":"id","principal":"alice"}"""]);

        var hers = await CommandRun.OfAsync(_door, "policies", "explain", "--command", "id", "--bundle", policies, "--workspace", _workspace, "--principal", "Alice");
        var batch = await CommandRun.OfAsync(_door, "policies", "explain", "--batch", file, "--bundle", policies, "--workspace", _workspace);

        hers.Output.ShouldStartWith("ask  by hers");
        hers.Output.ShouldContain("principals/alice/tools.yaml:2");
        batch.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("decision").GetString()).ShouldBe(["allow", "ask"]);
    }

    [Fact]
    public async Task A_demanded_sandbox_is_told_and_a_weaker_one_denied()
    {
        var policies = Directory.CreateDirectory(Path.Combine(_workspace, "demanding")).FullName;
        await File.WriteAllTextAsync(Path.Combine(policies, "tools.yaml"), "rules:\n  - { id: tools, answer: allow, reason: r, tools: [run_command], requires: command }\n  - { id: looks, answer: allow, reason: r, commands: [id], sandbox: bubblewrap }\n");

        var asked = await CommandRun.OfAsync(_door, "policies", "explain", "--command", "id", "--bundle", policies);
        var weak = await CommandRun.OfAsync(_door, "policies", "explain", "--command", "id", "--bundle", policies, "--sandbox", "landlock");

        asked.Output.ShouldContain("It may run in the sandbox bubblewrap or a stronger one");
        weak.Output.ShouldStartWith("deny  by sandbox-too-weak");
    }

    [Theory]
    [InlineData("10%", 0.1)]
    [InlineData("0.25", 0.25)]
    [InlineData("2.5%", 0.025)]
    public void A_share_is_a_percentage_or_a_part(string text, double share) => Agent.Cli.Commands.PoliciesCanaryCommand.ShareOf(text).ShouldBe(share, 1e-9);

    [Theory]
    [InlineData("0")]
    [InlineData("95%")]
    [InlineData("-5%")]
    [InlineData("ten")]
    [InlineData("1,5%")]
    public async Task A_share_that_is_none_is_refused_before_the_suite_is_asked(string text)
    {
        var run = await CommandRun.OfAsync(_door, "policies", "canary", "start", "--bundle", Policies, $"--share={text}");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain($"--share {text} is no share of runs.");
        _door.Opened.ShouldBe(0);
    }

    [Fact]
    public async Task Malformed_policies_are_told_with_every_mistake_and_no_stack_trace()
    {
        await File.WriteAllTextAsync(Path.Combine(_workspace, "tools.yaml"), "rules:\n  - { id: a, anser: allow, reason: r, tools: [x] }\n  - { id: a, answer: no, reason: r, tools: [x] }\n");

        var validated = await CommandRun.OfAsync(_door, "policies", "validate", _workspace);
        var explained = await CommandRun.OfAsync(_door, "policies", "explain", "--command", "ls", "--bundle", _workspace);

        validated.ExitCode.ShouldBe(2);
        validated.Output.ShouldContain("tools.yaml:2:");
        validated.Output.ShouldContain("tools.yaml:3:");
        explained.ExitCode.ShouldBe(2);
        explained.Error.ShouldContain("Did you mean `answer`?");
        explained.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("explain", "--command", "ls", "--url", "GET", "https://example.com/")]
    [InlineData("explain", "--path", "erase", "x")]
    [InlineData("explain", "--command", "ls", "--workspace", "/nowhere/at/all")]
    [InlineData("explain", "--batch", "/nowhere/batch")]
    [InlineData("simulate", "--state", "/nowhere")]
    [InlineData("simulate", "--since", "soon")]
    public async Task Wrong_usage_is_told_in_one_message(params string[] args)
    {
        var run = await AskAsync(args);

        run.ExitCode.ShouldBe(2);
        run.Error.Trim().Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task A_simulation_says_what_another_bundle_would_change()
    {
        var audit = Directory.CreateDirectory(Path.Combine(_workspace, "audit")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(audit, "run-1.jsonl"),
        [
            Entry(1, "RunSubmitted", $$"""{"goal":"g","workspace":"{{_workspace}}","principal":"alice"}"""),
            Entry(2, "ToolCallDecided", """{"call_id":"a.1#1","tool":"run_command","arguments":{"argv":["git","status"]},"decision":"allow","rule":"old"}"""),
            Entry(3, "ToolCallDecided", """{"call_id":"a.1#2","tool":"run_command","arguments":{"shell":"git push"},"decision":"allow","rule":"old"}"""),
            Entry(4, "ToolCallDecided", """{"call_id":"a.1#3","tool":"read_file","arguments":{"path":"README.md"},"decision":"deny","rule":"old"}"""),
            Entry(5, "ToolCallDecided", """{"call_id":"a.1#4","tool":"mail__send","arguments":{},"decision":"ask","rule":"old"}"""),
            """{"seq":6,"type":"ToolCallDec""",
        ]);

        var run = await AskAsync("simulate", "--state", _workspace, "--json", "--fail-on", "newly-allowed");

        run.ExitCode.ShouldBe(3);
        var answer = JsonDocument.Parse(run.Output).RootElement;
        answer.GetProperty("recorded").GetInt32().ShouldBe(4);
        answer.GetProperty("judged").GetInt32().ShouldBe(3);
        answer.GetProperty("changed").EnumerateArray().Select(change => $"{change.GetProperty("call_id")} {change.GetProperty("kind")} {change.GetProperty("first_of_run")}")
            .ShouldBe(["a.1#2 newly-denied True", "a.1#3 newly-allowed False"]);
    }

    [Fact]
    public async Task Files_that_are_not_used_are_told_with_what_is_in_force_instead()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "policies", "status");

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldContain("In force: version 3");
        run.Output.ShouldContain("tools.yaml:7:3: Unknown key `answr`.");
    }

    [Fact]
    public async Task A_simulation_knows_what_the_run_had_read_and_done_by_then()
    {
        var audit = Directory.CreateDirectory(Path.Combine(_workspace, "audit")).FullName;
        var bundle = Directory.CreateDirectory(Path.Combine(_workspace, "bundle")).FullName;
        await File.WriteAllTextAsync(Path.Combine(bundle, "tools.yaml"), """
            version: 1
            rules:
              - { id: tools, answer: allow, reason: r, tools: ["*"] }
              - { id: foreign, answer: ask, reason: r, tools: [mail__send], origin: untrusted }
              - { id: sealed, answer: deny, reason: r, tools: [mail__send], after: [vault__read] }
            """);
        await File.WriteAllLinesAsync(Path.Combine(audit, "run-1.jsonl"),
        [
            Entry(1, "RunSubmitted", $$"""{"goal":"write to someone","workspace":"{{_workspace}}","principal":"alice"}"""),
            Entry(2, "ToolCallDecided", """{"call_id":"a#1","tool":"mail__send","arguments":{"to":"mallory@example.org"},"decision":"allow","rule":"old"}"""),
            Entry(3, "ToolCallStarted", """{"call_id":"a#1","effect":"irreversible"}"""),
            Entry(4, "ToolCallFinished", """{"call_id":"a#1","output":"ask mallory@example.org"}"""),
            Entry(5, "ToolCallDecided", """{"call_id":"a#2","tool":"mail__send","arguments":{"to":"mallory@example.org"},"decision":"allow","rule":"old"}"""),
            Entry(6, "ToolCallStarted", """{"call_id":"a#2","effect":"irreversible"}"""),
            Entry(7, "ToolCallDecided", """{"call_id":"a#3","tool":"vault__read","arguments":{},"decision":"allow","rule":"old"}"""),
            Entry(8, "ToolCallStarted", """{"call_id":"a#3","effect":"pure"}"""),
            Entry(9, "ToolCallDecided", """{"call_id":"a#4","tool":"mail__send","arguments":{"to":"mallory@example.org"},"decision":"allow","rule":"old"}"""),
            Entry(10, "ToolCallStarted", """{"call_id":"a#4","effect":"irreversible"}"""),
        ]);

        var run = await CommandRun.OfAsync(_door, "policies", "simulate", "--state", _workspace, "--bundle", bundle, "--json");

        var answer = JsonDocument.Parse(run.Output).RootElement;
        answer.GetProperty("changed").EnumerateArray().Select(change => $"{change.GetProperty("call_id")} {change.GetProperty("new_rule")}").ShouldBe(["a#2 foreign", "a#4 sealed"]);
        answer.GetProperty("by_workspace").GetArrayLength().ShouldBe(2);
    }

    Task<CommandRun> AskAsync(params string[] args) => CommandRun.OfAsync(
        _door, ["policies", .. args, "--bundle", Policies, .. args[0] == "explain" && !args.Contains("--workspace") ? ["--workspace", _workspace] : Array.Empty<string>()]);

    static string Entry(int sequence, string type, string data) => $$"""{"seq":{{sequence}},"type":"{{type}}","actor":"x","at":"2026-01-01T00:00:00Z","data":{{data}}}""";

    static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Agent.sln is above no directory of the tests.");
        }

        return directory.FullName;
    }
}
