using System.Globalization;
using System.Text.Json;

namespace Agent.Llm.Offline.Skills;

/// <summary>What <c>list_files</c> with <c>stats</c> returns.</summary>
sealed class FileStatistics(ToolReply reply)
{
    public static FileStatistics Ask(StepTalk step) => new(step.Ask("list_files", ("stats", true)));

    public ToolReply Reply { get; } = reply;

    public bool IsKnown => Reply.Error is null && Reply.Json is not null;

    public long Files => Reply.Number("files");

    public long Bytes => Reply.Number("bytes");

    public long Binary => Reply.Number("binary_files");

    public bool IsGit => Reply.Flag("is_git");

    public bool IsTruncated => Reply.Flag("truncated");

    public IReadOnlyList<ExtensionCount> ByExtension { get; } =
        [.. reply.Items("by_extension").Select(ExtensionCount.Read).OrderByDescending(count => count.Lines).ThenBy(count => count.Extension, StringComparer.Ordinal)];

    public IReadOnlyList<(string Path, long Bytes, long Lines)> Largest { get; } =
        [.. reply.Items("largest").Select(item => (TextOf(item, "path"), NumberOf(item, "bytes"), NumberOf(item, "lines")))];

    public IReadOnlyList<(string Path, string Reason)> Skipped { get; } =
        [.. reply.Items("skipped").Select(item => (TextOf(item, "path"), TextOf(item, "reason")))];

    /// <summary>Lines of text files.</summary>
    public long Lines => ByExtension.Sum(count => count.Lines);

    public bool Has(params IReadOnlyList<string> extensions) => ByExtension.Any(count => extensions.Contains(count.Extension, StringComparer.OrdinalIgnoreCase));

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plural(long number, string one) => number == 1 ? $"1 {one}" : $"{Count(number)} {one}s";

    internal static string TextOf(JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    internal static long NumberOf(JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}

/// <summary>Files of one extension.</summary>
sealed record ExtensionCount(string Extension, string Language, long Files, long Lines, long Bytes)
{
    public static ExtensionCount Read(JsonElement item) => new(
        FileStatistics.TextOf(item, "extension"), FileStatistics.TextOf(item, "language"),
        FileStatistics.NumberOf(item, "files"), FileStatistics.NumberOf(item, "lines"), FileStatistics.NumberOf(item, "bytes"));
}
