using Agent.Contracts;
using System.Text.Json;
using Agent.Executor.Service.Tools;
using Agent.Journal;

namespace Agent.Executor.Service.Tests.Tools;

public sealed class FileToolsTests : IDisposable
{
    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task ReadFile_Window_SaysWhereToReadOn()
    {
        _bench.Write("a.txt", string.Concat(Enumerable.Range(1, 10).Select(line => $"line {line}\n")));

        (await _bench.TextAsync(new ReadFile(), new { path = "a.txt", from_line = 4, max_lines = 2 })).ShouldBe("line 4\nline 5\n\n[… 5 more lines; read on with from_line=6]");
        (await _bench.TextAsync(new ReadFile(), new { path = "a.txt", from_line = 9 })).ShouldBe("line 9\nline 10\n");
        (await _bench.TextAsync(new ReadFile(), new { path = "a.txt", from_line = 11 })).ShouldBe("[the file has 10 lines]");
    }

    [Fact]
    public async Task SearchText_Literal_GivesPathLineAndText()
    {
        _bench.Write("src/a.cs", "class A\n{\n    int x = a.b(1);\n}\n");
        _bench.Write("src/b.txt", "a.b(\n");

        var found = await _bench.JsonAsync(new SearchText(), new { pattern = "a.b(", glob = "*.cs" });

        found.GetProperty("total").GetInt64().ShouldBe(1);
        var match = found.GetProperty("matches")[0];
        match.GetProperty("path").GetString().ShouldBe("src/a.cs");
        match.GetProperty("line").GetInt32().ShouldBe(3);
        match.GetProperty("text").GetString().ShouldBe("    int x = a.b(1);");
    }

    [Fact]
    public async Task SearchText_Regex_CountsAllAndShowsAtMostMax()
    {
        _bench.Write("a.txt", "one\ntwo\nthree\n");

        var found = await _bench.JsonAsync(new SearchText(), new { pattern = "^", regex = true, path = "a.txt", max = 1 });

        found.GetProperty("total").GetInt64().ShouldBe(3);
        found.GetProperty("matches").GetArrayLength().ShouldBe(1);
        found.GetProperty("truncated").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task SearchText_ManyLongMatches_StayValidJsonWithinTheBound()
    {
        _bench.Write("a.txt", string.Concat(Enumerable.Repeat(new string('x', 250) + "\"\\\n", 1000)));

        var result = await _bench.RunAsync(new SearchText(), new { pattern = "x", max = 1000 });

        OutputBound.IsTooLong(result.Shown!).ShouldBeFalse();
        var shown = System.Text.Json.JsonDocument.Parse(result.Shown!).RootElement;
        shown.GetProperty("total").GetInt64().ShouldBe(1000);
        shown.GetProperty("truncated").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void SearchText_BadRegex_IsNamed() =>
        _bench.Refused(new SearchText(), new { pattern = "(", regex = true }).Message.ShouldContain("'(' is not a regular expression");

    [Fact]
    public async Task SearchText_FileClosedByPolicy_IsSkippedWithItsRule()
    {
        _bench.Write(".env", "PASSWORD=x\n");
        _bench.Write("a.txt", "PASSWORD\n");
        var tool = new SearchText();
        var prepared = tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(new { pattern = "PASSWORD" }), tool.Description), _bench.Open());

        var result = await prepared.Act(
            new ToolContext(Guid.CreateVersion7(), "a.1#1", "key") { ReadRefusal = path => path.EndsWith("/.env", StringComparison.Ordinal) ? "closed by rule 'secrets'" : null },
            TestContext.Current.CancellationToken);

        result.Text.ShouldContain("closed by rule 'secrets'");
        result.Text.ShouldNotContain("PASSWORD=x");
        result.Text.ShouldContain("\"total\":1");
    }

    [Fact]
    public async Task WriteFile_NewAndOld_IsWholeAndKeepsTheMode()
    {
        var created = await _bench.JsonAsync(new WriteFile(), new { path = "new/dir/a.sh", content = "größe\n" });
        created.GetProperty("created").GetBoolean().ShouldBeTrue();
        created.GetProperty("bytes").GetInt32().ShouldBe(8);
        File.SetUnixFileMode(_bench.At("new/dir/a.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var replaced = await _bench.JsonAsync(new WriteFile(), new { path = "new/dir/a.sh", content = "x" });

        replaced.GetProperty("created").GetBoolean().ShouldBeFalse();
        File.GetUnixFileMode(_bench.At("new/dir/a.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        Directory.GetFiles(_bench.At("new/dir")).ShouldBe([_bench.At("new/dir/a.sh")]);
    }

    [Fact]
    public void WriteFile_GitData_IsRefused() =>
        _bench.Refused(new WriteFile(), new { path = ".git/hooks/pre-commit", content = "x" }).Rule.ShouldBe("git-data");

    [Fact]
    public async Task EditFile_OldMustStandOnce()
    {
        _bench.Write("a.txt", "foo bar foo\n");

        (await _bench.TextAsync(new EditFile(), new { path = "a.txt", old = "baz", @new = "x" })).ShouldContain("does not stand in a.txt");
        (await _bench.TextAsync(new EditFile(), new { path = "a.txt", old = "foo", @new = "x" })).ShouldContain("stands 2 times");
        (await _bench.JsonAsync(new EditFile(), new { path = "a.txt", old = "foo", @new = "x", all = true })).GetProperty("replacements").GetInt32().ShouldBe(2);
        File.ReadAllText(_bench.At("a.txt")).ShouldBe("x bar x\n");
    }

    [Fact]
    public async Task EditFile_KeepsTheFilesLineEndsAndOddBytes()
    {
        File.WriteAllBytes(_bench.At("a.txt"), [0xFF, .. "\r\none\r\ntwo\r\n"u8]);

        await _bench.JsonAsync(new EditFile(), new { path = "a.txt", old = "one\ntwo", @new = "1\n2" });

        File.ReadAllBytes(_bench.At("a.txt")).ShouldBe([0xFF, .. "\r\n1\r\n2\r\n"u8]);
    }

    [Fact]
    public async Task EditFile_RepeatAfterACrash_FindsItDone()
    {
        _bench.Write("a.txt", "new text\n");

        var answer = await _bench.TextAsync(new EditFile(), new { path = "a.txt", old = "old", @new = "new" }, isRepeat: true);

        answer.ShouldBe("""{"path":"a.txt","replacements":1}""");
    }

    [Theory]
    [InlineData("old", "new", EffectClass.Idempotent)]
    [InlineData("a", "aa", EffectClass.Compensatable)]
    public void EditFile_IsRepeatableUnlessTheNewTextHoldsTheOld(string old, string replacement, EffectClass effect)
    {
        _bench.Write("a.txt", "old a");
        var tool = new EditFile();

        tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(new { path = "a.txt", old, @new = replacement }), tool.Description), _bench.Open()).Effect.ShouldBe(effect);
    }

    [Fact]
    public void Arguments_UnknownOrWrong_AreNamed()
    {
        _bench.Refused(new ReadFile(), new { file = "x" }).Message.ShouldBe("read_file has no argument 'file'; it takes path, from_line, max_lines.");
        _bench.Refused(new ReadFile(), new { }).Message.ShouldBe("The argument 'path' is missing.");
        _bench.Refused(new ReadFile(), new { path = "x", max_lines = 0 }).Message.ShouldContain("between 1 and 10000");
        _bench.Refused(new ReadFile(), "{path").Message.ShouldContain("The arguments of read_file are no JSON: `{path`");
        _bench.Refused(new ReadFile(), "[1]").Message.ShouldContain("must be a JSON object, not Array");
    }

    [Fact]
    public async Task Arguments_NumbersAndFlagsWrittenAsText_AreTaken()
    {
        _bench.Write("a.txt", "1\n2\n");

        (await _bench.TextAsync(new ReadFile(), new { path = "a.txt", max_lines = "1" })).ShouldStartWith("1\n");
        (await _bench.TextAsync(new ListFiles(), new { stats = "true" })).ShouldStartWith("{");
    }

    [Fact]
    public void Arguments_Normalised_AreTheSameForTheSameAction()
    {
        _bench.Write("src/a.txt", "x");
        var tool = new ReadFile();

        string Normal(object arguments) => CanonicalJson.Text(
            tool.Prepare(new ToolArguments(JsonSerializer.SerializeToElement(arguments), tool.Description), _bench.Open()).Arguments);

        Normal(new { path = "./src/../src/a.txt", max_lines = "5" }).ShouldBe("""{"max_lines":5,"path":"src/a.txt"}""");
        Normal(new { max_lines = 5, path = _bench.At("src/a.txt") }).ShouldBe("""{"max_lines":5,"path":"src/a.txt"}""");
    }

    [Fact]
    public void Arguments_RepeatedName_IsReadAndJudgedAsTheSameValue()
    {
        var arguments = new ToolArguments(Json("""{"path":"harmless.txt","path":"meant.txt"}"""), new ReadFile().Description);

        arguments.Text("path").ShouldBe("meant.txt");
        CanonicalJson.Text(arguments.All).ShouldBe("""{"path":"meant.txt"}""");
    }

    [Fact]
    public void Arguments_HalfOfASurrogatePair_IsTextLikeAnyOther() =>
        new ToolArguments(Json("""{"path":"\ud800.txt"}"""), new ReadFile().Description).Text("path").ShouldBe("""\ud800.txt""");

    static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}

public class GlobPatternTests
{
    [Theory]
    [InlineData("*.cs", "src/a.cs", true)]
    [InlineData("*.cs", "src/a.csx", false)]
    [InlineData("src/**/*.ts", "src/a.ts", true)]
    [InlineData("src/**/*.ts", "src/x/y/a.ts", true)]
    [InlineData("src/*.ts", "src/x/a.ts", false)]
    [InlineData("*.{c,h}", "lib/x.h", true)]
    [InlineData("test[0-9].py", "test5.py", true)]
    [InlineData("test[!0-9].py", "test5.py", false)]
    [InlineData("README*", "README.md", true)]
    [InlineData("a+b.txt", "a+b.txt", true)]
    public void Matches_AsShellsDo(string pattern, string path, bool matches) => new GlobPattern(pattern).Matches(path).ShouldBe(matches);
}
