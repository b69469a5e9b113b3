namespace Agent.Llm;

/// <summary>The model server took the request apart and refused it: the same request will be refused again. The message names the cause and, where there is one, the cure.</summary>
public sealed class ModelRefusedException : Exception
{
    public ModelRefusedException(string message, RefusalKind kind, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    public ModelRefusedException()
    {
    }

    public ModelRefusedException(string message)
        : base(message)
    {
    }

    public ModelRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public RefusalKind Kind { get; }
}

/// <summary>What a server did not take.</summary>
public enum RefusalKind
{
    /// <summary>Something in the request.</summary>
    Request,

    /// <summary>The conversation is longer than the model's context.</summary>
    ContextLength,

    /// <summary>The asked-for form of the answer (<c>response_format</c>).</summary>
    ResponseFormat,

    /// <summary>The name under which the answer's limit was given (<c>max_tokens</c>).</summary>
    AnswerLimit,

    /// <summary>This server does not speak this API.</summary>
    Api,
}
