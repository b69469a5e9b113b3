using System.Text.Json;

namespace Agent.Llm.Tests.Offline;

public sealed class OfflineSkillsTests
{
    const string Statistics =
        """
        {"files":3,"bytes":1200,"by_extension":[{"extension":".cs","language":"C#","files":2,"lines":40,"bytes":900},{"extension":".csproj","language":"MSBuild","files":1,"lines":10,"bytes":300}],
         "largest":[{"path":"src/Program.cs","bytes":800,"lines":35}],"binary_files":1,"skipped":[{"path":"bin","reason":"build output"}],"is_git":true,"truncated":false}
        """;

    [Fact]
    public async Task Survey_ReportsWhatTheToolSaidAndCitesIt()
    {
        var answer = await new StepDriver((_, _) => Statistics).RunAsync("survey", """{"do":"survey"}""");

        answer.ShouldContain("3 files, 1,200 bytes, 50 lines of text. [survey.1#1]");
        answer.ShouldContain("| C# | 2 | 40 |");
        answer.ShouldContain("Most lines are C#: 40 of 50 (80 %).");
        answer.ShouldContain("`src/Program.cs`: 35 lines");
        answer.ShouldContain("Left out (build output): `bin`. [survey.1#1]");
    }

    [Fact]
    public async Task Survey_ToolFails_IsListedAsNotFoundOut()
    {
        var answer = await new StepDriver((_, _) => "error: denied by rule no-listing").RunAsync("survey", """{"do":"survey"}""");

        answer.ShouldContain("### Could not be found out\n\n- Files and lines: denied by rule no-listing [survey.1#1]");
    }

    [Fact]
    public async Task Projects_AsksOnlyForKindsThatAreThere()
    {
        var driver = new StepDriver((tool, arguments) => (tool, Pattern(arguments)) switch
        {
            ("list_files", null) => Statistics,
            ("list_files", "*.csproj") => "src/App.csproj\t300",
            ("search_text", var pattern) when pattern!.Contains("OutputType", StringComparison.Ordinal) => """{"matches":[{"path":"src/App.csproj","line":3,"text":"<OutputType>Exe"}],"files_with_matches":1,"total":1,"truncated":false}""",
            ("search_text", _) => """{"matches":[],"files_with_matches":0,"total":0,"truncated":false}""",
            _ => "",
        });

        var answer = await driver.RunAsync("projects", """{"do":"projects"}""");

        answer.ShouldContain(".NET projects: `src/App.csproj`. [projects.1#2]");
        answer.ShouldContain("C# executables: `src/App.csproj:3`. [projects.1#3]");
        driver.Calls.ShouldNotContain(call => Pattern(call.Arguments) == "go.mod");
    }

    [Fact]
    public async Task Readme_QuotesTitleAndFirstParagraph()
    {
        const string Readme = "<p align=\"center\"><img src=\"x.png\"></p>\n\n# A **tool**\n\n[![build](b.svg)](ci)\n\nIt does [one thing](http://x) well, and says so:\n\n- **first** this\n- then that\n\n```sh\nrun it now please\n```\n";
        var answer = await new StepDriver((tool, _) => tool == "list_files" ? "docs/README.md\t10\nreadme.md\t200\nREADME.txt\t3" : Readme).RunAsync("readme", """{"do":"readme"}""");

        answer.ShouldContain("`readme.md` is titled “A **tool**”. [readme.1#2]");
        answer.ShouldContain("> It does one thing well, and says so: **first** this; then that");
        answer.ShouldNotContain("run it now");
    }

    [Fact]
    public async Task Readme_None_SaysSo() =>
        (await new StepDriver((_, _) => "").RunAsync("readme", """{"do":"readme"}""")).ShouldContain("there is no README in its root [readme.1#1]");

    [Fact]
    public async Task Tests_CountsMarks()
    {
        var answer = await new StepDriver((tool, arguments) => tool switch
        {
            "search_text" => """{"matches":[{"path":"a.cs","line":1,"text":"[Fact]"}],"files_with_matches":4,"total":37,"truncated":true}""",
            _ when arguments.TryGetProperty("stats", out _) => Statistics,
            _ => "",
        }).RunAsync("tests", """{"do":"tests"}""");

        answer.ShouldContain("C# test methods: 37 in 4 files");
    }

    [Fact]
    public async Task History_ListsCommits()
    {
        var answer = await new StepDriver((_, arguments) => arguments.GetProperty("args")[0].GetString() == "log"
            ? JsonSerializer.Serialize(new { exit_code = 0, stdout = "abc1234\t2026-01-02\tAda\tAdd the engine\nabc1235\t2026-01-01\tAda\tBegin", stderr = "" })
            : JsonSerializer.Serialize(new { exit_code = 0, stdout = " M a.c\n", stderr = "" })).RunAsync("history", """{"do":"history"}""");

        answer.ShouldContain("The last 2 commits [history.1#1]:");
        answer.ShouldContain("- `abc1234` 2026-01-02 Ada: Add the engine");
        answer.ShouldContain("1 path with uncommitted changes. [history.1#2]");
    }

    [Fact]
    public async Task History_NotAGitRepository_SaysWhatGitSaid()
    {
        var answer = await new StepDriver((_, _) => """{"exit_code":128,"stdout":"","stderr":"fatal: not a git repository"}""").RunAsync("history", """{"do":"history"}""");

        answer.ShouldContain("Its history: it is not a git repository [history.1#1]");
    }

    [Fact]
    public async Task Report_KeepsCitationsAndGathersTheUnknown()
    {
        var answer = await new StepDriver((_, _) => "").RunAsync(
            "report", """{"do":"report"}""",
            ("survey", "## Files and lines\n\n- 3 files. [survey.1#1]"),
            ("readme", "## What the README says\n\n### Could not be found out\n\n- No README [readme.1#1]"));

        answer.ShouldContain("- 3 files. [survey.1#1]");
        answer.ShouldContain("## Could not be found out\n\n- No README [readme.1#1]");
        answer.ShouldNotContain("## What the README says");
    }

    [Fact]
    public async Task Replace_EditsTheFileOnce()
    {
        var driver = new StepDriver((tool, _) => tool == "search_text"
            ? """{"matches":[{"path":"a","line":1,"text":"cat"}],"files_with_matches":1,"total":1,"truncated":false}"""
            : """{"path":"a","replacements":2}""");

        var answer = await driver.RunAsync("replace", """{"do":"replace","old":"cat","new":"dog","path":"a"}""");

        driver.Calls.Select(call => call.Tool).ShouldBe(["search_text", "edit_file"]);
        answer.ShouldContain("2 times [replace.1#2]");
    }

    [Fact]
    public async Task Replace_TextIsNotThere_ChangesNothing()
    {
        var driver = new StepDriver((_, _) => """{"matches":[],"files_with_matches":0,"total":0,"truncated":false}""");

        var answer = await driver.RunAsync("replace", """{"do":"replace","old":"cat","new":"dog","path":"a"}""");

        answer.ShouldStartWith("Not done:");
        driver.Calls.Select(call => call.Tool).ShouldBe(["search_text"]);
    }

    [Fact]
    public async Task RunCheck_FindsTheProjectsCheckAndReportsItsExitCode()
    {
        var driver = new StepDriver((tool, arguments) => (tool, Pattern(arguments)) switch
        {
            ("list_files", "test*.sh") => "sub/test.sh\t1\ntest.sh\t10",
            ("list_files", _) => "",
            ("search_text", _) => """{"matches":[],"files_with_matches":0,"total":0,"truncated":false}""",
            _ => """{"exit_code":3,"stdout":"1 failed\n","stderr":""}""",
        });

        var answer = await driver.RunAsync("check", """{"do":"run_check"}""");

        driver.Calls[^1].Arguments.GetProperty("argv")[0].GetString().ShouldBe("./test.sh");
        answer.ShouldStartWith($"`./test.sh` FAILED: exit code 3 [check.1#{driver.Calls.Count}].");
        answer.ShouldContain("    1 failed");
    }

    [Fact]
    public async Task UnknownInstruction_IsNotPassedOffAsDone() =>
        (await new StepDriver((_, _) => "").RunAsync("x", "Refactor the parser")).ShouldStartWith("Not done:");

    static string? Pattern(JsonElement arguments) => arguments.TryGetProperty("pattern", out var pattern) ? pattern.GetString() : null;
}
