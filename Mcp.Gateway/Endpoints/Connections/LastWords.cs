namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>The last lines a process wrote to its standard error: they usually say why it does not work.</summary>
sealed class LastWords
{
    const int Lines = 3;
    readonly Queue<string> _lines = new();
    TaskCompletionSource _spoken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when there is a line; they come on a pipe of their own and may be later than the end of the process.</summary>
    public Task Spoken => Volatile.Read(ref _spoken).Task;

    public void Add(string line)
    {
        lock (_lines)
        {
            if (line.Trim() is { Length: > 0 } text)
            {
                _spoken.TrySetResult();
                _lines.Enqueue(text.Length > 200 ? text[..200] : text);
                if (_lines.Count > Lines)
                {
                    _lines.Dequeue();
                }
            }
        }
    }

    public void Clear()
    {
        lock (_lines)
        {
            _lines.Clear();
            _spoken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join(" / ", _lines);
        }
    }
}
