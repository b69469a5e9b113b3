namespace Agent.Llm.OpenAi;

/// <summary>How a server wants Chat Completions written, as far as its refusals have told.</summary>
/// <param name="PlainAnswers">It takes no <c>response_format</c>: callers read JSON out of plain text as well.</param>
/// <param name="CompletionTokens">The answer's limit is <c>max_completion_tokens</c> (OpenAI's newer models, also behind proxies), not <c>max_tokens</c>.</param>
sealed record ChatDialect(bool PlainAnswers, bool CompletionTokens)
{
    /// <summary>How to ask again after a refusal; null: that would not help.</summary>
    public ChatDialect? After(ModelRefusedException refused) => refused.Kind switch
    {
        RefusalKind.ResponseFormat when !PlainAnswers => this with { PlainAnswers = true },
        RefusalKind.AnswerLimit when !CompletionTokens => this with { CompletionTokens = true },
        _ => null,
    };
}
