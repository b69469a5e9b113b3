using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Agent.Cli.Output;
using Agent.Guardrails.LocalTools;

namespace Agent.Cli.Tools;

/// <summary>The tool bundles of a directory. Whatever is wrong with a new one, what is installed stays as it was.</summary>
sealed class ToolBundles(string directory)
{
    const long MostBytes = 256L * 1024 * 1024;

    public static ToolBundles In(string? given)
    {
        var setting = given ?? Environment.GetEnvironmentVariable(LocalToolManifest.DirectorySetting);
        return string.IsNullOrWhiteSpace(setting)
            ? throw new CommandException(ExitCode.Usage, $"Where tools are installed is not known. Set {LocalToolManifest.DirectorySetting}, or name the directory with --tools-dir; the suite started from the repository uses .agent/tools.")
            : new ToolBundles(Path.GetFullPath(setting));
    }

    public IReadOnlyList<InstalledTool> List() => !Directory.Exists(directory) ? [] :
        [.. Directory.EnumerateDirectories(directory).Where(place => !Path.GetFileName(place).StartsWith('.')).Order(StringComparer.Ordinal).Select(place =>
        {
            var (manifest, mistakes) = LocalToolManifest.Of(place);
            return new InstalledTool(manifest?.Name ?? Path.GetFileName(place), manifest?.Version, manifest?.Effect.ToString().ToLowerInvariant(), manifest?.Sha256, manifest is not null, mistakes);
        })];

    /// <param name="source">A directory, a <c>.tar.gz</c>, <c>.tar</c> or <c>.zip</c>, or its URL.</param>
    /// <param name="sha256">Of the archive as downloaded; of a directory, its bundle digest.</param>
    public async Task<LocalToolManifest> InstallAsync(string source, string? sha256, bool replace, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var fresh = Directory.CreateDirectory(Path.Combine(directory, $".new-{Guid.CreateVersion7():N}")).FullName;
        try
        {
            var bundle = Directory.Exists(source) ? source : await UnpackAsync(source, sha256, fresh, cancellationToken);
            var (manifest, mistakes) = LocalToolManifest.Of(bundle);
            if (manifest is null)
            {
                throw Refused(source, $"is not a tool bundle:{string.Concat(mistakes.Select(mistake => $"\n  - {mistake}"))}");
            }

            if (Directory.Exists(source) && sha256 is not null && !manifest.Sha256.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            {
                throw Refused(source, $"has the digest {manifest.Sha256}, not {sha256}. Ask its author which one is right.");
            }

            Place(bundle, fresh, manifest, replace);
            return manifest;
        }
        finally
        {
            Directory.Delete(fresh, recursive: true);
        }
    }

    public void Remove(string name)
    {
        var place = PlaceOf(name);
        if (!Directory.Exists(place))
        {
            throw new CommandException(ExitCode.Usage, $"No tool {name} is installed in {directory}. `agent tools list --installed` shows which are.");
        }

        Directory.Delete(place, recursive: true);
    }

    void Place(string bundle, string fresh, LocalToolManifest manifest, bool replace)
    {
        var place = PlaceOf(manifest.Name);
        if (Directory.Exists(place) && !replace)
        {
            var (installed, _) = LocalToolManifest.Of(place);
            if (installed?.Sha256 == manifest.Sha256)
            {
                return;
            }

            throw new CommandException(ExitCode.Usage, $"{manifest.Name} {installed?.Version ?? "(changed since it was installed)"} is installed. Say --replace to put {manifest.Version} in its place.");
        }

        var copy = Path.Combine(fresh, ".copy");
        Copy(bundle, copy);
        if (BundleDigest.Of(copy) != manifest.Sha256)
        {
            throw Refused(bundle, "changed while it was installed. Try again.");
        }

        if (Directory.Exists(place))
        {
            Directory.Move(place, Path.Combine(fresh, ".old"));
        }

        Directory.Move(copy, place);
    }

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var child in Directory.EnumerateDirectories(from).Where(child => child != to))
        {
            Copy(child, Path.Combine(to, Path.GetFileName(child)));
        }
    }

    static async Task<string> UnpackAsync(string source, string? sha256, string fresh, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(fresh, ".archive");
        if (Uri.TryCreate(source, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            if (sha256 is null)
            {
                throw new CommandException(ExitCode.Usage, "What comes over the network is installed only with --sha256, the digest of the archive as its author states it.");
            }

            await DownloadAsync(url, archive, cancellationToken);
        }
        else if (File.Exists(source))
        {
            File.Copy(source, archive);
        }
        else
        {
            throw new CommandException(ExitCode.Usage, $"There is no directory, archive or URL {source}.");
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(archive, cancellationToken)));
        if (sha256 is not null && !digest.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused(source, $"has the digest {digest}, not {sha256}. Ask its author which one is right.");
        }

        var unpacked = Directory.CreateDirectory(Path.Combine(fresh, "bundle")).FullName;
        try
        {
            await UnpackAsync(archive, unpacked, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Refused(source, $"can not be unpacked: {exception.Message}");
        }

        // Archives of forges hold one directory with everything in it.
        return !File.Exists(Path.Combine(unpacked, LocalToolManifest.FileName)) && Directory.GetFileSystemEntries(unpacked) is [var only] && Directory.Exists(only) ? only : unpacked;
    }

    static async Task UnpackAsync(string archive, string unpacked, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(archive);
        var first = file.ReadByte();
        file.Position = 0;
        if (first == 'P')
        {
            await using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            if (zip.Entries.Sum(entry => entry.Length) > MostBytes)
            {
                throw new InvalidDataException($"it holds more than {MostBytes >> 20} MiB.");
            }

            await zip.ExtractToDirectoryAsync(unpacked, cancellationToken);
            return;
        }

        await using Stream stream = first == 0x1f ? new GZipStream(file, CompressionMode.Decompress) : file;
        await using var tar = new TarReader(stream);
        var bytes = 0L;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            bytes += entry.Length;
            var place = Path.GetFullPath(Path.Combine(unpacked, entry.Name));
            if (bytes > MostBytes || !place.StartsWith(unpacked, StringComparison.Ordinal))
            {
                throw new InvalidDataException(bytes > MostBytes ? $"it holds more than {MostBytes >> 20} MiB." : $"{entry.Name} leads out of it.");
            }

            if (entry.EntryType is TarEntryType.Directory)
            {
                Directory.CreateDirectory(place);
            }
            else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                await entry.ExtractToFileAsync(place, overwrite: false, cancellationToken);
            }
            else if (entry.EntryType is not (TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes))
            {
                throw new InvalidDataException($"{entry.Name} is no plain file.");
            }
        }
    }

    static async Task DownloadAsync(Uri url, string archive, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { MaxResponseContentBufferSize = MostBytes, Timeout = TimeSpan.FromMinutes(5) };
        try
        {
            await File.WriteAllBytesAsync(archive, await client.GetByteArrayAsync(url, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CommandException(ExitCode.Infrastructure, $"{url} can not be fetched: {exception.Message}");
        }
    }

    string PlaceOf(string name) => name.Length == 0 || name.AsSpan().ContainsAny("/\\.") ? throw new CommandException(ExitCode.Usage, $"`{name}` is no name of a tool.") : Path.Combine(directory, name);

    static CommandException Refused(string source, string why) => new(ExitCode.Usage, $"{source} {why} Nothing was installed.");
}

/// <param name="Usable">Its files are those that were installed.</param>
sealed record InstalledTool(string Name, string? Version, string? Effect, string? Sha256, bool Usable, IReadOnlyList<string> Mistakes);
