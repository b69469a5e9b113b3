using System.Text.Json;

namespace Agent.TestKit.Models;

/// <summary>How real servers differ from the one they imitate.</summary>
static class Imitation
{
    public static bool Knows(ModelServerKind kind, string api) => (kind, api) switch
    {
        (ModelServerKind.Full or ModelServerKind.Ollama or ModelServerKind.Vllm or ModelServerKind.OpenAi, _) => true,
        (ModelServerKind.ResponsesOnly, "responses") => true,
        (ModelServerKind.ChatOnly or ModelServerKind.LmStudio or ModelServerKind.LlamaCpp or ModelServerKind.Azure, "chat") => true,
        _ => false,
    };

    /// <summary>Body of a 400; null: taken.</summary>
    public static string? Refusal(ModelServerKind kind, ModelRequest request)
    {
        var format = request.Body.TryGetProperty("response_format", out var wanted) && wanted.TryGetProperty("type", out var type) ? type.GetString() : null;
        return kind switch
        {
            ModelServerKind.LmStudio when format == "json_object" => """{"error":"'response_format.type' must be 'json_schema' or 'text'"}""",
            ModelServerKind.LlamaCpp when request.Body.TryGetProperty("max_completion_tokens", out _) => """{"error":{"code":400,"message":"Unsupported param: max_completion_tokens","type":"invalid_request_error"}}""",
            ModelServerKind.LlamaCpp when format == "json_schema" => """{"error":{"code":400,"message":"response_format json_schema is not supported","type":"invalid_request_error"}}""",
            ModelServerKind.Ollama when request.Body.TryGetProperty("tool_choice", out var choice) && choice.ValueKind != JsonValueKind.Null && request.Api == "responses" => """{"error":"tool_choice is not supported"}""",
            ModelServerKind.Vllm when request.Api == "responses" && request.Body.TryGetProperty("tools", out _) =>
                """{"object":"error","message":"tools are not supported by the Responses API of this model","type":"BadRequestError","param":null,"code":400}""",
            ModelServerKind.OpenAi or ModelServerKind.Azure when request.Api == "chat" && request.Body.TryGetProperty("max_tokens", out _) =>
                """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""",
            _ => null,
        };
    }

    /// <summary>The base address of a server, up to where its routes begin.</summary>
    public static string Base(ModelServerKind kind) => kind == ModelServerKind.Azure ? $"/openai/deployments/{FakeModelServer.Model}?api-version=2024-10-21" : "/v1";
}
