namespace Agent.Llm.Metering;

/// <summary>Names of OpenTelemetry's conventions for generative AI, v1.41.0 (its last complete publication), and ours.</summary>
static class GenAi
{
    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseId = "gen_ai.response.id";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CachedTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string ServerAddress = "server.address";
    public const string ErrorType = "error.type";

    public const string OperationDuration = "gen_ai.client.operation.duration";
    public const string TokenUsage = "gen_ai.client.token.usage";

    public const string Latency = "agent_llm_latency_seconds";
    public const string Tokens = "agent_token_usage_total";
    public const string TokenParts = "agent_token_parts_total";
    public const string Cost = "agent_llm_cost_usd_total";
}
