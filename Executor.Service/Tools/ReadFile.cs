using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Tools;

/// <summary><c>read_file</c>: lines of a text file.</summary>
sealed class ReadFile : ITool
{
    const int MaxBytes = 512 * 1024;
    const long MaxCountedBytes = 256 * 1024 * 1024;

    public ToolDescription Description { get; } = new(
        "read_file",
        "Reads a text file of the workspace, by default its first 400 lines; from_line and max_lines read on. Bytes that are not UTF-8 are shown as \\xHH.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "path":{"type":"string","description":"File, relative to the workspace."},
              "from_line":{"type":"integer","minimum":1,"description":"First line, counted from 1."},
              "max_lines":{"type":"integer","minimum":1,"maximum":10000,"description":"Default 400."}},
             "required":["path"],"additionalProperties":false}
            """),
        EffectClass.Pure,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var path = arguments.Path(workspace, "path");
        var from = arguments.Number("from_line", otherwise: 1, least: 1, most: int.MaxValue);
        var most = arguments.Number("max_lines", otherwise: 400, least: 1, most: 10_000);
        return new PreparedCall(arguments.Normalised, EffectClass.Pure, (_, cancellationToken) => Task.Run(() => Read(workspace, path, from, most, cancellationToken), cancellationToken))
        {
            Paths = [new PathAccess(IsWrite: false, path.Absolute)],
        };
    }

    static ToolResult Read(Workspace workspace, WorkspacePath path, int from, int most, CancellationToken cancellationToken)
    {
        using var file = workspace.OpenFile(path, out var facts);
        var lines = new LineWindow(from, most, MaxBytes);
        var total = 0L;
        var buffer = new byte[64 * 1024];
        for (var length = Next(file, buffer, path); length > 0 && total < MaxCountedBytes; length = Next(file, buffer, path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = buffer.AsSpan(0, length);
            if (total == 0 && FileText.IsBinary(block))
            {
                throw new ToolFailedException($"{path.Relative} is a binary file of {facts.Size} bytes.");
            }

            lines.Add(block);
            total += length;
        }

        var text = FileText.Display(lines.Content);
        return new ToolResult(
            lines.Left > 0 ? $"{text}\n[… {lines.Left} more lines; read on with from_line={lines.Next}]"
            : lines.IsCut ? $"{text}\n[… the line goes on; {MaxBytes / 1024} KiB are shown]"
            : from > 1 && lines.Content.IsEmpty ? $"[the file has {lines.Seen} lines]"
            : text);
    }

    static int Next(SafeFileHandle file, byte[] buffer, WorkspacePath path)
    {
        var length = Posix.Read(file, buffer);
        return length < 0 ? throw new ToolFailedException($"{path.Relative} can not be read: {Posix.LastError()}.") : length;
    }

    /// <summary>Keeps the wanted lines of what goes by, and counts the rest.</summary>
    sealed class LineWindow(int from, int most, int maxBytes)
    {
        readonly List<byte> _content = [];
        long _ended;
        bool _open;

        public ReadOnlySpan<byte> Content => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_content);

        /// <summary>Lines met so far, an unended last one counted.</summary>
        public long Seen => _ended + (_open ? 1 : 0);

        public long Left => Math.Max(0, Seen - (from - 1L) - most);

        public long Next => (long)from + most;

        public bool IsCut { get; private set; }

        public void Add(ReadOnlySpan<byte> block)
        {
            while (!block.IsEmpty)
            {
                var end = block.IndexOf((byte)'\n');
                var part = end < 0 ? block : block[..(end + 1)];
                if (_ended >= from - 1L && _ended < (long)from - 1 + most)
                {
                    var room = Math.Min(part.Length, maxBytes - _content.Count);
                    _content.AddRange(part[..room]);
                    IsCut |= room < part.Length;
                }

                _open = end < 0;
                _ended += end < 0 ? 0 : 1;
                block = block[part.Length..];
            }
        }
    }
}
