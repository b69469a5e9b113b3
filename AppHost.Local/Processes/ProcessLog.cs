using System.Text.Json;

namespace Agent.AppHost.Local.Processes;

/// <summary>What a child writes, in one file of JSON lines; the last of what it said on stderr is kept for when it fails.</summary>
sealed class ProcessLog : IDisposable
{
    const int Remembered = 12;
    const long RotateAt = 32 * 1024 * 1024;

    readonly Lock _gate = new();
    readonly Queue<string> _lastWords = new(Remembered);
    readonly StreamWriter _file;
    readonly string _name;
    bool _closed;

    public ProcessLog(string directory, string name)
    {
        _name = name;
        Path = System.IO.Path.Combine(directory, name + ".log");
        Directory.CreateDirectory(directory);
        if (new FileInfo(Path) is { Exists: true, Length: > RotateAt })
        {
            File.Move(Path, System.IO.Path.Combine(directory, name + ".1.log"), overwrite: true);
        }

        _file = new StreamWriter(new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    public string Path { get; }

    /// <summary>The end of what the child said on stderr.</summary>
    public string LastWords
    {
        get
        {
            lock (_gate)
            {
                return string.Join(Environment.NewLine, _lastWords).Trim();
            }
        }
    }

    public void Output(string line) => Write(line.StartsWith('{') ? line : AsJson("information", line));

    public void Error(string line)
    {
        lock (_gate)
        {
            if (_lastWords.Count == Remembered)
            {
                _lastWords.Dequeue();
            }

            _lastWords.Enqueue(line);
        }

        Write(AsJson("error", line));
    }

    /// <summary>A line of the host's own about this child.</summary>
    public void Note(string line) => Write(AsJson("information", line));

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    void Write(string line)
    {
        lock (_gate)
        {
            // A program that outlived its parent may still hold the pipe.
            if (!_closed)
            {
                _file.WriteLine(line);
            }
        }
    }

    string AsJson(string level, string message) => JsonSerializer.Serialize(new
    {
        timestamp = TimeProvider.System.GetUtcNow(),
        level,
        logger = _name,
        message,
    });
}
