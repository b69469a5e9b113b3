using System.Text.Json;
using System.Text.Json.Serialization;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>A file or symbolic link of a tree, as it was when it was looked at.</summary>
/// <param name="Path">Relative, as <c>PathName</c> shows it.</param>
/// <param name="Target">Of a symbolic link; null for a file.</param>
/// <param name="Mode">Permission bits; of a link 0.</param>
/// <param name="Digest">SHA-256 (hex) of the content, or of the target.</param>
/// <param name="IsByproduct">In a directory that build or package tools make.</param>
sealed record TreeEntry(string Path, string? Target, int Mode, long Size, string Digest, bool IsByproduct = false)
{
    /// <summary>The same content, kind and mode, wherever.</summary>
    public bool IsAs(TreeEntry other) => (Target, Mode, Digest) == (other.Target, other.Mode, other.Digest);
}

/// <summary>One change of a difference.</summary>
/// <param name="Old">As it was copied; null: it is new.</param>
/// <param name="New">As it is in the working copy; null: it is gone.</param>
sealed record TreeChange(string Path, TreeEntry? Old, TreeEntry? New);

/// <summary>Lists of a tree as files and artefacts hold them.</summary>
static class TreeLists
{
    public static byte[] Write(IEnumerable<TreeEntry> entries)
    {
        using var text = new MemoryStream();
        foreach (var entry in entries)
        {
            JsonSerializer.Serialize(text, entry, TreeJson.Default.TreeEntry);
            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    public static Dictionary<string, TreeEntry> Read(byte[] text)
    {
        var entries = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            var end = Array.IndexOf(text, (byte)'\n', at);
            var entry = JsonSerializer.Deserialize(text.AsSpan(at, end - at), TreeJson.Default.TreeEntry)!;
            entries[entry.Path] = entry;
            at = end + 1;
        }

        return entries;
    }

    public static byte[] Write(IReadOnlyList<TreeChange> changes) => JsonSerializer.SerializeToUtf8Bytes(changes, TreeJson.Default.IReadOnlyListTreeChange);

    public static IReadOnlyList<TreeChange> ReadChanges(byte[] text) => JsonSerializer.Deserialize(text, TreeJson.Default.IReadOnlyListTreeChange)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(TreeEntry))]
[JsonSerializable(typeof(IReadOnlyList<TreeChange>))]
sealed partial class TreeJson : JsonSerializerContext;
