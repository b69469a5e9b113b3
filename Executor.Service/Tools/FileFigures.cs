using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Tools;

/// <summary>Counts files, lines and bytes by extension, and remembers the largest.</summary>
sealed class FileFigures
{
    const int MaxFiles = 500_000;
    const int ShownExtensions = 40;
    const int ShownLargest = 15;
    const int BinaryProbe = 8192;
    const long MaxCountedBytes = 64 * 1024 * 1024;

    readonly Dictionary<(string Extension, string Language), ExtensionFigures> _extensions = [];
    readonly PriorityQueue<LargeFile, long> _largest = new();
    readonly byte[] _buffer = new byte[64 * 1024];

    long _files;
    long _bytes;
    long _binaryFiles;

    /// <returns>False: enough.</returns>
    public bool Add(WalkedFile file, TreeWalk walk)
    {
        if (_files == MaxFiles)
        {
            return false;
        }

        var lines = CountLines(file, walk);
        var key = FileLanguage.Of(file.Path);
        if (!_extensions.TryGetValue(key, out var figures))
        {
            _extensions[key] = figures = new ExtensionFigures(key.Extension, key.Language);
        }

        _files++;
        _bytes += file.Size;
        figures.Files++;
        figures.Lines += lines;
        figures.Bytes += file.Size;

        _largest.Enqueue(new LargeFile(file.Path, file.Size, lines), file.Size);
        if (_largest.Count > ShownLargest)
        {
            _largest.Dequeue();
        }

        return true;
    }

    public string ToJson(IReadOnlyList<SkippedPath> skipped, bool isGit, bool truncated)
    {
        var extensions = _extensions.Values.OrderByDescending(figures => figures.Lines).ThenByDescending(figures => figures.Bytes).ThenBy(figures => figures.Extension, StringComparer.Ordinal).ToList();
        return JsonSerializer.Serialize(
            new
            {
                Files = _files,
                Bytes = _bytes,
                ByExtension = extensions.Take(ShownExtensions),
                MoreExtensions = extensions.Count > ShownExtensions ? extensions.Count - ShownExtensions : (int?)null,
                Largest = _largest.UnorderedItems.Select(item => item.Element).OrderByDescending(file => file.Bytes).ThenBy(file => file.Path, StringComparer.Ordinal),
                BinaryFiles = _binaryFiles,
                Skipped = skipped,
                IsGit = isGit,
                Truncated = truncated,
            },
            ContractJson.Options);
    }

    long CountLines(WalkedFile walked, TreeWalk walk)
    {
        if (walked.Size > MaxCountedBytes)
        {
            walk.Skip(walked.Path, $"larger than {MaxCountedBytes / (1024 * 1024)} MiB: lines not counted");
            return 0;
        }

        using var file = walked.Open();
        if (file is null)
        {
            walk.Skip(walked.Path, "file can not be read: permission denied, or it went away");
            return 0;
        }

        return CountLines(file, walked.Path, walk);
    }

    long CountLines(SafeFileHandle file, string path, TreeWalk walk)
    {
        var (lines, total, last) = (0L, 0L, (byte)'\n');
        while (true)
        {
            var length = Posix.Read(file, _buffer);
            if (length < 0)
            {
                walk.Skip(path, "file can not be read");
                return 0;
            }

            if (length == 0)
            {
                return last == '\n' ? lines : lines + 1;
            }

            var block = _buffer.AsSpan(0, length);
            if (total == 0 && block[..Math.Min(length, BinaryProbe)].Contains((byte)0))
            {
                _binaryFiles++;
                return 0;
            }

            lines += block.Count((byte)'\n');
            last = block[^1];
            total += length;
        }
    }

    sealed class ExtensionFigures(string extension, string language)
    {
        public string Extension => extension;

        public string Language => language;

        public long Files { get; set; }

        public long Lines { get; set; }

        public long Bytes { get; set; }
    }

    sealed record LargeFile(string Path, long Bytes, long Lines);
}
