namespace Agent.Guardrails.Tests.Corpus;

/// <summary>A real directory with what the corpus speaks of: links that lead out, in circles and back, a file with a second name.</summary>
public sealed class CorpusWorkspace : IDisposable
{
    readonly string _outer = Directory.CreateTempSubdirectory("corpus-").FullName;

    public CorpusWorkspace()
    {
        Root = Path.Combine(_outer, "ws");
        foreach (var directory in (string[])["src", "tests", "docs", "deep/a/b", ".git"])
        {
            Directory.CreateDirectory(Path.Combine(Root, directory));
        }

        foreach (var file in (string[])["README.md", "src/Program.cs", "src/B.cs", ".env", "a.txt", "b.txt", "names.txt", "data.csv", "test.sh", "build.log", "package.json"])
        {
            File.WriteAllText(Path.Combine(Root, file), "x\n");
        }

        Link("passwd_link", "/etc/passwd");
        Link("etc_link", "/etc");
        Link("up_link", "../");
        Link("inner_link", "src/Program.cs");
        Link("loop_a", "loop_b");
        Link("loop_b", "loop_a");
        Link("notes_link", ".env");
        Link("abs_self", Root);
        Link("proc_root", "/proc/self/root");
        Link("dangling", "/nonexistent/x");
        Link("chain1", "deep/a");
        Link("chain2", "chain1/b");

        var outside = Path.Combine(_outer, "outside");
        File.WriteAllText(outside, "x\n");
        HardLink.Make(outside, Path.Combine(Root, "hard.txt"));
    }

    public string Root { get; }

    public void Dispose() => Directory.Delete(_outer, recursive: true);

    void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(Root, name), target);
}
