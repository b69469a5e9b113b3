namespace Agent.Llm.Offline.Skills;

/// <summary>Tests found: by the marks test frameworks put on them, by file names, and scripts that run them.</summary>
static class TestsSkill
{
    const string TestDirectories = "{test,tests,spec,__tests__}/**";

    static readonly TestMark[] Marks =
    [
        new("C# test methods", @"^\s*\[(Fact|Theory|Test|TestCase|TestMethod|Property)\b", "*.cs", ".cs"),
        new("TypeScript test cases", @"^\s*(it|test)(\.\w+)*\s*\(", "*.ts", ".ts"),
        new("TypeScript test cases", @"^\s*(it|test)(\.\w+)*\s*\(", "*.tsx", ".tsx"),
        new("JavaScript test cases", @"^\s*(it|test)(\.\w+)*\s*\(", "*.js", ".js"),
        new("JavaScript test cases", @"^\s*(it|test)(\.\w+)*\s*\(", "*.mjs", ".mjs"),
        new("Python test functions", @"^\s*(async\s+)?def\s+test_\w+\s*\(", "*.py", ".py"),
        new("Go test functions", @"^func\s+Test\w+\s*\(", "*_test.go", ".go"),
        new("Rust tests", @"^\s*#\[(\w+::)?test\b", "*.rs", ".rs"),
        new("Java test methods", @"^\s*@(Test|ParameterizedTest)\b", "*.java", ".java"),
        new("Tcl tests", @"^\s*test\s+[\{""]", "*.tcl", ".tcl"),
    ];

    static readonly TestFiles[] Files =
    [
        new(".NET test projects", "*Tests.csproj", ".csproj"),
        new(".NET test projects", "*Test.csproj", ".csproj"),
        new("C test sources", "*test*.c", ".c"),
        new("C++ test sources", "*test*.cpp", ".cpp"),
        new("Test scripts", "*test*.sh", ".sh"),
        new("Perl tests", "*.t", ".t"),
    ];

    public static string? Run(StepTalk step)
    {
        var statistics = FileStatistics.Ask(step);
        if (step.IsWaiting)
        {
            return null;
        }

        var answer = new StepAnswer("Tests");
        if (!statistics.IsKnown)
        {
            answer.Unknown("Tests", statistics.Reply);
            return answer.ToString();
        }

        var marks = Marks.Where(mark => statistics.Has(mark.Extension))
            .Select(mark => (Mark: mark, Reply: step.Ask("search_text", ("pattern", mark.Pattern), ("regex", true), ("glob", mark.Glob), ("max", 40)))).ToList();
        var files = Files.Where(file => statistics.Has(file.Extension))
            .Select(file => (File: file, Reply: step.Ask("list_files", ("pattern", file.Pattern), ("max", 60)))).ToList();
        var below = new FileStatistics(step.Ask("list_files", ("stats", true), ("pattern", TestDirectories)));
        if (step.IsWaiting)
        {
            return null;
        }

        var facts = ReportFiles(answer, files) + ReportMarks(answer, marks) + ReportDirectories(answer, below);
        if (facts == 0)
        {
            answer.Unknown($"Tests: none of a known kind were found {statistics.Reply.Cite}");
        }

        return answer.ToString();
    }

    static int ReportFiles(StepAnswer answer, List<(TestFiles File, ToolReply Reply)> files)
    {
        var facts = 0;
        foreach (var (file, reply) in files)
        {
            if (reply.Error is not null)
            {
                answer.Unknown(file.Name, reply);
            }
            else if (reply.Paths.Count > 0)
            {
                var names = string.Join(", ", reply.Paths.Take(12).Select(path => $"`{path}`"));
                answer.Fact($"{file.Name}: {(reply.Paths.Count > 12 ? $"{reply.Paths.Count}, among them " : "")}{names}.", reply);
                facts++;
            }
        }

        return facts;
    }

    static int ReportDirectories(StepAnswer answer, FileStatistics below)
    {
        if (!below.IsKnown || below.Files == 0)
        {
            return 0;
        }

        answer.Fact($"{FileStatistics.Plural(below.Files, "file")} with {FileStatistics.Plural(below.Lines, "line")} of text {(below.Files == 1 ? "lies" : "lie")} below `test`, `tests`, `spec` or `__tests__` in the root.", below.Reply);
        return 1;
    }

    static int ReportMarks(StepAnswer answer, List<(TestMark Mark, ToolReply Reply)> marks)
    {
        var facts = 0;
        foreach (var (mark, reply) in marks)
        {
            if (reply.Error is not null || reply.Json is null)
            {
                answer.Unknown(mark.Name, reply);
            }
            else if (reply.Number("total") is > 0 and var total)
            {
                var atLeast = reply.Flag("truncated") && total <= reply.Items("matches").Count ? "at least " : "";
                answer.Fact($"{mark.Name}: {atLeast}{FileStatistics.Count(total)} in {FileStatistics.Plural(reply.Number("files_with_matches"), "file")} (`{mark.Glob}`), counted by their marks, not run.", reply);
                facts++;
            }
        }

        return facts;
    }

    sealed record TestMark(string Name, string Pattern, string Glob, string Extension);

    sealed record TestFiles(string Name, string Pattern, string Extension);
}
