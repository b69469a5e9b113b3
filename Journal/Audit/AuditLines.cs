using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Agent.Journal.Audit;

static class AuditLines
{
    /// <summary>Lines of a file as bytes; the last one is not whole when its end is missing.</summary>
    public static async IAsyncEnumerable<(byte[] Line, bool Whole)> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                yield return (buffer.Slice(0, end).ToArray(), true);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                if (!buffer.IsEmpty)
                {
                    yield return (buffer.ToArray(), false);
                }

                await reader.CompleteAsync();
                yield break;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
