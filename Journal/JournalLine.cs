using Agent.Journal.Storage;

namespace Agent.Journal;

/// <summary>An entry as one line of a file: its canonical JSON with <c>hash</c> and <c>prev</c> put where they sort, so that taking them out again gives the hashed bytes.</summary>
/// <example><c>{"actor":"door","at":"…","data":{…},"hash":"9f86…","prev":"0000…","run":"0199…","seq":1,"type":"RunSubmitted","v":1}</c></example>
public static class JournalLine
{
    const int InsertLength = 148;

    /// <summary>The line, without its end.</summary>
    public static byte[] Of(JournalEntry entry)
    {
        var canonical = entry.Canonical.Span;
        var end = Envelope.Read(canonical).Data.End.Value;
        byte[] insert = [.. ",\"hash\":\""u8, .. System.Text.Encoding.ASCII.GetBytes(entry.Hash), .. "\",\"prev\":\""u8, .. System.Text.Encoding.ASCII.GetBytes(entry.PreviousHash), .. "\""u8];
        return [.. canonical[..end], .. insert, .. canonical[end..]];
    }

    /// <summary>The entry (hash, then canonical JSON), and the hash it says it follows.</summary>
    /// <exception cref="JournalFormatException">Not a line of a journal.</exception>
    internal static (byte[] Stored, string Previous) Read(ReadOnlySpan<byte> line)
    {
        // `,"hash":"` is looked for from the end: what stands before it is data and may hold anything.
        var at = line.LastIndexOf(",\"hash\":\""u8);
        if (at < 0 || line.Length < at + InsertLength || !line[(at + 73)..].StartsWith("\",\"prev\":\""u8) || line[at + InsertLength - 1] != '"')
        {
            throw new JournalFormatException("The line is not an entry of a journal.");
        }

        return ([.. line.Slice(at + 9, 64), .. line[..at], .. line[(at + InsertLength)..]], System.Text.Encoding.ASCII.GetString(line.Slice(at + 83, 64)));
    }
}
