using System.Security.Cryptography;
using Agent.Resp;

namespace Agent.Journal;

/// <summary>Bytes too large for a journal entry, by their SHA-256 (hex). The same bytes are stored once; a run that needs them holds a reference.</summary>
public sealed class Artefacts(RespConnection connection)
{
    /// <summary>Largest artefact: 16 MiB.</summary>
    public const int SizeLimit = 16 * 1024 * 1024;

    // Stands for a need without a run: such an artefact stays.
    const string Nobody = "-";

    /// <summary>Stores the bytes for good.</summary>
    /// <exception cref="ArgumentException">Larger than <see cref="SizeLimit"/>.</exception>
    public Task<string> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) => StoreAsync(content, null, cancellationToken);

    /// <summary>Stores the bytes and notes that a run needs them: they go when the last run that does is removed.</summary>
    /// <exception cref="ArgumentException">Larger than <see cref="SizeLimit"/>.</exception>
    public Task<string> PutAsync(Guid runId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) => StoreAsync(content, runId, cancellationToken);

    /// <summary>The bytes; null if there are none of this digest.</summary>
    /// <exception cref="JournalFormatException">What is stored is not what the digest says.</exception>
    public async Task<byte[]?> GetAsync(string digest, CancellationToken cancellationToken = default)
    {
        var content = (await connection.ExecuteAsync(RespCommand.Of("GET", Content(digest)), cancellationToken)).AsBytes();
        return content is null || Digest(content) == digest
            ? content
            : throw new JournalFormatException($"Artefact {digest} was changed in the store: its bytes have another digest.");
    }

    /// <summary>Ends a run's references; artefacts nobody else needs are removed.</summary>
    internal async Task ReleaseAsync(Guid runId, CancellationToken cancellationToken)
    {
        var run = runId.ToString();
        foreach (var digest in (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", Needs(runId)), cancellationToken)).AsArray().Select(member => member.AsString()!))
        {
            await connection.ExecuteAsync(RespCommand.Of("SREM", Needed(digest), run), cancellationToken);

            // Watched, so that a run that stores the same bytes right now keeps them.
            await connection.WatchAsync(
                [Needed(digest)],
                async reader => (await reader.ExecuteAsync(RespCommand.Of("SCARD", Needed(digest)), cancellationToken)).AsInt64() == 0 ? [RespCommand.Of("DEL", Content(digest))] : null,
                cancellationToken);
        }

        await connection.ExecuteAsync(RespCommand.Of("DEL", Needs(runId)), cancellationToken);
    }

    async Task<string> StoreAsync(ReadOnlyMemory<byte> content, Guid? runId, CancellationToken cancellationToken)
    {
        if (content.Length > SizeLimit)
        {
            throw new ArgumentException($"An artefact of {content.Length} bytes is larger than the limit of {SizeLimit}.", nameof(content));
        }

        var digest = Digest(content.Span);
        if (runId is { } needing)
        {
            await connection.ExecuteAsync(RespCommand.Of("SADD", Needs(needing), digest), cancellationToken);
        }

        // The reference first: bytes that somebody needs are not removed while they are being stored.
        await connection.ExecuteAsync(RespCommand.Of("SADD", Needed(digest), runId?.ToString() ?? Nobody), cancellationToken);
        await connection.ExecuteAsync(RespCommand.Of("SET", Content(digest), content, "NX"), cancellationToken);
        return digest;
    }

    static string Digest(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    static string Content(string digest) => $"a:{{{digest}}}";

    static string Needed(string digest) => $"a:{{{digest}}}:runs";

    static string Needs(Guid runId) => $"j:{{{runId}}}:artefacts";
}
