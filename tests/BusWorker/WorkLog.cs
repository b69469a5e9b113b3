using System.Text;

namespace Agent.BusWorker;

/// <summary>Lines in a file, each in one write.</summary>
sealed class WorkLog(string path) : IAsyncDisposable
{
    readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    readonly Lock _gate = new();

    public void Write(string id, bool redelivered)
    {
        var line = Encoding.UTF8.GetBytes($"{id}{(redelivered ? " again" : "")}\n");
        lock (_gate)
        {
            _file.Write(line);
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
