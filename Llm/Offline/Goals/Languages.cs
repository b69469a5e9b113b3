namespace Agent.Llm.Offline.Goals;

/// <summary>Languages a goal may name.</summary>
/// <param name="Name">As file statistics name it.</param>
sealed record Language(string Name, string Extension, params IReadOnlyList<string> Aliases);

static class Languages
{
    static readonly Language[] All =
    [
        new("C#", ".cs", "csharp", "c#", "dotnet", ".net"),
        new("TypeScript", ".ts", "typescript", "ts"),
        new("JavaScript", ".js", "javascript", "js"),
        new("C", ".c", "c"),
        new("C++", ".cpp", "c++", "cpp"),
        new("Python", ".py", "python", "py"),
        new("Go", ".go", "go", "golang"),
        new("Rust", ".rs", "rust", "rs"),
        new("Java", ".java", "java"),
        new("Kotlin", ".kt", "kotlin"),
        new("Ruby", ".rb", "ruby"),
        new("PHP", ".php", "php"),
        new("Swift", ".swift", "swift"),
        new("Shell", ".sh", "shell", "bash", "sh"),
        new("Markdown", ".md", "markdown", "md"),
        new("YAML", ".yaml", "yaml"),
        new("JSON", ".json", "json"),
        new("HTML", ".html", "html"),
        new("CSS", ".css", "css"),
        new("SQL", ".sql", "sql"),
        new("Razor", ".razor", "razor"),
        new("XML", ".xml", "xml"),
        new("Text", ".txt", "text", "txt"),
    ];

    public static Language? Named(string word) =>
        Array.Find(All, language => language.Aliases.Contains(word, StringComparer.OrdinalIgnoreCase));
}
