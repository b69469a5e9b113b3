using System.Security.Cryptography;
using System.Text;

namespace Agent.Guardrails.LocalTools;

/// <summary>The digest of a tool bundle: SHA-256 over one line <c>&lt;path&gt; NUL &lt;sha256 of the file&gt; LF</c> for each file but the manifest, in ordinal order of their paths.</summary>
public static class BundleDigest
{
    const int MaxFiles = 1000;

    /// <summary>Null: a bundle may hold plain files only, and not too many.</summary>
    public static string? Of(string directory)
    {
        var files = new List<string>();
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (entry.LinkTarget is not null || files.Count == MaxFiles)
            {
                return null;
            }

            if (entry is FileInfo)
            {
                files.Add(Path.GetRelativePath(directory, entry.FullName));
            }
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Where(file => file != LocalToolManifest.FileName).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(Path.Combine(directory, file));
            digest.AppendData(Encoding.UTF8.GetBytes($"{file}\0{Convert.ToHexStringLower(SHA256.HashData(stream))}\n"));
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
