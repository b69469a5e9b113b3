namespace Agent.Llm.Offline;

/// <summary>What the offline model says of itself.</summary>
public static class OfflineAbilities
{
    /// <summary>One sentence for the foot of a report.</summary>
    public const string Limits =
        "Made by the built-in offline model `offline-rules`: fixed rules, no language understanding. It reports what tools returned and judges nothing beyond that; it counts no tokens.";

    /// <summary>What it can do and how to get a model that can do more, in Markdown.</summary>
    public const string List =
        """
        The built-in offline model works by fixed rules and does not know this goal. It can:

        - describe a repository: `Describe this repository`
        - count files, lines or occurrences: `Count files`, `How many lines of C# are there?`, `Count occurrences of "TODO"`
        - list files: `List *.md files`
        - search for a text: `Search for "connection string"`
        - read a file: `Read README.md`
        - run the project's check: `Run the tests`
        - replace a text in a file: `Replace "old" with "new" in notes.txt`
        - write a small file: `Write "hello" to notes/hello.txt`

        Several of these may be joined with "and then". For any other goal set a model: OPENAI_BASE_URL (any OpenAI-compatible server, for example http://localhost:1234/v1), OPENAI_API_KEY (if the server wants one) and AGENT_MODEL (default gpt-4o-mini); then start the suite again.
        """;
}
