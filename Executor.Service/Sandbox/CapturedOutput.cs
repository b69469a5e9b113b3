using System.Runtime.InteropServices;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Sandbox;

/// <summary>What a command wrote: the first half of the room is its head, the second the last it wrote.</summary>
sealed class CapturedOutput(int maxBytes)
{
    readonly List<byte> _head = [];
    readonly Queue<byte[]> _tail = new();
    int _tailBytes;

    public long TotalBytes { get; private set; }

    public string Text
    {
        get
        {
            var left = TotalBytes - _head.Count - _tailBytes;
            var head = FileText.Display(CollectionsMarshal.AsSpan(_head));
            if (_tailBytes == 0)
            {
                return head;
            }

            var tail = FileText.Display(_tail.SelectMany(block => block).ToArray());
            return left == 0 ? head + tail : $"{head}\n[… {left} bytes dropped …]\n{tail}";
        }
    }

    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        for (var length = await stream.ReadAsync(buffer, cancellationToken); length > 0; length = await stream.ReadAsync(buffer, cancellationToken))
        {
            Add(buffer.AsSpan(0, length));
        }
    }

    public void Add(ReadOnlySpan<byte> block)
    {
        TotalBytes += block.Length;
        var room = (int)Math.Min(block.Length, (maxBytes / 2) - _head.Count);
        _head.AddRange(block[..room]);
        if (room == block.Length)
        {
            return;
        }

        _tail.Enqueue(block[room..].ToArray());
        _tailBytes += block.Length - room;
        while (_tail.Count > 1 && _tailBytes - _tail.Peek().Length >= maxBytes / 2)
        {
            _tailBytes -= _tail.Dequeue().Length;
        }
    }
}
