using System.Security.Cryptography;
using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Contents of files by their digest.</summary>
static class FileContent
{
    const int BlockSize = 256 * 1024;

    /// <summary>Copies a file into an empty one; shares its blocks where the file system can.</summary>
    /// <returns>Of what the new file holds.</returns>
    public static (long Size, string Digest) Copy(SafeFileHandle from, SafeFileHandle to, CancellationToken cancellationToken) =>
        Posix.Clone(to, from) ? Read(to, null, cancellationToken) : Read(from, to, cancellationToken);

    public static (long Size, string Digest) Of(SafeFileHandle file, CancellationToken cancellationToken) => Read(file, null, cancellationToken);

    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    static (long Size, string Digest) Read(SafeFileHandle file, SafeFileHandle? to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockSize];
        var at = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = RandomAccess.Read(file, block, at);
            if (length == 0)
            {
                return (at, Convert.ToHexStringLower(hash.GetHashAndReset()));
            }

            hash.AppendData(block, 0, length);
            if (to is not null)
            {
                RandomAccess.Write(to, block.AsSpan(0, length), at);
            }

            at += length;
        }
    }
}
