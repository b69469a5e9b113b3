namespace Agent.Llm;

/// <summary>The model server is away, loading or limiting: the run waits for capacity and goes on by itself; no attempt is used up.</summary>
public sealed class ModelUnavailableException : Exception
{
    public ModelUnavailableException(string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => RetryAfter = retryAfter;

    public ModelUnavailableException()
    {
    }

    public ModelUnavailableException(string message)
        : base(message)
    {
    }

    public ModelUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>When to ask again, if the server said so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The server is well and asks for fewer requests (429): no failure of its.</summary>
    public bool IsLimit { get; init; }
}
