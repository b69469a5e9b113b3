using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tests.Workspaces;

public sealed class When_a_directory_is_nasty : IDisposable
{
    readonly ToolBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_empty_directory_has_no_files()
    {
        (await _bench.TextAsync(new ListFiles(), new { })).ShouldBe("no files");

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });
        figures.GetProperty("files").GetInt64().ShouldBe(0);
        figures.GetProperty("is_git").GetBoolean().ShouldBeFalse();
        figures.GetProperty("truncated").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Files_lines_and_bytes_are_counted_by_extension()
    {
        _bench.Write("a.cs", "one\ntwo\n");
        _bench.Write("sub/b.cs", "one\ntwo\nthree");
        _bench.Write("README", "hello\n");
        _bench.Write(".git/HEAD", "ref: refs/heads/main\n");

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });

        figures.GetProperty("files").GetInt64().ShouldBe(3);
        figures.GetProperty("is_git").GetBoolean().ShouldBeTrue();
        var csharp = figures.GetProperty("by_extension").EnumerateArray().Single(item => item.GetProperty("extension").GetString() == ".cs");
        csharp.GetProperty("language").GetString().ShouldBe("C#");
        csharp.GetProperty("lines").GetInt64().ShouldBe(5);
        csharp.GetProperty("files").GetInt64().ShouldBe(2);
        Skipped(figures, ".git/").ShouldBe("version control data");
    }

    [Fact]
    public async Task Twenty_thousand_small_files_are_counted()
    {
        for (var directory = 0; directory < 200; directory++)
        {
            var path = Directory.CreateDirectory(_bench.At($"d{directory}")).FullName;
            for (var file = 0; file < 100; file++)
            {
                File.WriteAllText(Path.Combine(path, $"f{file}.txt"), "a\nb\n");
            }
        }

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });

        figures.GetProperty("files").GetInt64().ShouldBe(20_000);
        figures.GetProperty("by_extension")[0].GetProperty("lines").GetInt64().ShouldBe(40_000);
    }

    [Fact]
    public async Task Binary_files_are_told_apart()
    {
        File.WriteAllBytes(_bench.At("image.png"), [0x89, 0x50, 0, 0, 1, 2, (byte)'\n', 3]);

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });
        figures.GetProperty("binary_files").GetInt64().ShouldBe(1);
        figures.GetProperty("by_extension")[0].GetProperty("lines").GetInt64().ShouldBe(0);

        (await _bench.TextAsync(new ReadFile(), new { path = "image.png" })).ShouldBe("error: image.png is a binary file of 8 bytes.");
        (await _bench.JsonAsync(new SearchText(), new { pattern = "P" })).GetProperty("total").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_shown_escaped_and_can_be_read_by_that()
    {
        byte[] name = [(byte)'b', 0xFF, (byte)'d', (byte)'\n'];
        using (var root = _bench.Open().OpenRoot())
        using (var file = Posix.Open(root, name, Posix.WriteOnly | Posix.Create, 0b110_110_100))
        {
            RandomAccess.Write(file, "inside"u8, 0);
        }

        var listed = await _bench.TextAsync(new ListFiles(), new { });
        listed.ShouldBe("b\\xFFd\\x0A\t6\n");
        (await _bench.TextAsync(new ReadFile(), new { path = "b\\xFFd\\x0A" })).ShouldBe("inside");
    }

    [Fact]
    public async Task Content_that_is_not_UTF8_is_shown_escaped()
    {
        File.WriteAllBytes(_bench.At("latin.txt"), [.. "caf"u8, 0xE9, (byte)'\n', .. "\u001b[31mred"u8]);

        (await _bench.TextAsync(new ReadFile(), new { path = "latin.txt" })).ShouldBe("caf\\xE9\n\\x1B[31mred");
        var found = await _bench.JsonAsync(new SearchText(), new { pattern = "caf" });
        found.GetProperty("matches")[0].GetProperty("text").GetString().ShouldBe("caf\\xE9");
    }

    [Fact]
    public async Task A_link_out_and_a_loop_of_links_are_named_and_not_followed()
    {
        Directory.CreateDirectory(_bench.Outside("secret"));
        File.WriteAllText(_bench.Outside("secret/key.txt"), "top secret");
        File.CreateSymbolicLink(_bench.At("out"), _bench.Outside("secret"));
        File.CreateSymbolicLink(_bench.At("one"), "two");
        File.CreateSymbolicLink(_bench.At("two"), "one");
        File.CreateSymbolicLink(_bench.At("self"), ".");
        _bench.Write("a.txt", "secret garden");

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });

        figures.GetProperty("files").GetInt64().ShouldBe(1);
        Skipped(figures, "out").ShouldBe("symbolic link out of the workspace: not followed");
        Skipped(figures, "one").ShouldBe("symbolic link loop");
        Skipped(figures, "self").ShouldBe("symbolic link to .: not followed");
        (await _bench.JsonAsync(new SearchText(), new { pattern = "secret" })).GetProperty("total").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task An_unreadable_file_is_named()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root reads every file.");
        File.SetUnixFileMode(_bench.Write("closed.txt", "x"), UnixFileMode.None);

        var figures = await _bench.JsonAsync(new ListFiles(), new { stats = true });

        Skipped(figures, "closed.txt")!.ShouldContain("permission denied");
        (await _bench.TextAsync(new ReadFile(), new { path = "closed.txt" })).ShouldContain("permission denied");
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        using var pipe = Process.Start("mkfifo", _bench.At("pipe"));
        await pipe.WaitForExitAsync(TestContext.Current.CancellationToken);

        Skipped(await _bench.JsonAsync(new ListFiles(), new { stats = true }), "pipe").ShouldBe("not a regular file");
        (await _bench.TextAsync(new ReadFile(), new { path = "pipe" })).ShouldBe("error: pipe is not a regular file.");
    }

    [Fact]
    public async Task Build_output_is_left_out_only_beside_its_project()
    {
        _bench.Write("app/app.csproj", "<Project/>");
        _bench.Write("app/bin/Debug/app.dll.txt", "x");
        _bench.Write("bin/tool.sh", "#!/bin/sh\n");
        _bench.Write("node_modules/x/index.js", "x");

        var listed = await _bench.TextAsync(new ListFiles(), new { });

        listed.ShouldContain("bin/tool.sh\t");
        listed.ShouldNotContain("app.dll");
        listed.ShouldContain("skipped: node_modules/ (made by tools, not source)");
    }

    [Fact]
    public async Task A_workspace_that_is_not_there_is_an_error_with_its_name()
    {
        Directory.Delete(_bench.Root);

        Should.Throw<ToolFailedException>(() => _bench.Open()).Message.ShouldContain(_bench.Root);
        Directory.CreateDirectory(_bench.Root);
        (await _bench.TextAsync(new ListFiles(), new { path = "nowhere" })).ShouldBe("error: nowhere does not exist.");
    }

    static string? Skipped(JsonElement figures, string path) => figures.GetProperty("skipped").EnumerateArray()
        .Where(item => item.GetProperty("path").GetString() == path).Select(item => item.GetProperty("reason").GetString()).SingleOrDefault();
}

public class PathNameTests
{
    [Theory]
    [InlineData("plain.txt")]
    [InlineData("größe 文件.md")]
    [InlineData("back\\slash")]
    [InlineData("back\\xslash")]
    [InlineData("looks\\x41like")]
    [InlineData("tab\there")]
    public void A_name_shown_reads_back_as_the_same_bytes(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);

        PathName.Bytes(PathName.Display(bytes)).ShouldBe(bytes);
    }

    [Fact]
    public void Every_byte_reads_back()
    {
        var bytes = Enumerable.Range(1, 255).Select(value => (byte)value).ToArray();

        PathName.Bytes(PathName.Display(bytes)).ShouldBe(bytes);
    }
}
