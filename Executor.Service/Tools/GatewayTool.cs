using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tools;

/// <summary>A tool of an MCP endpoint, called through the gateway.</summary>
sealed class GatewayTool(GatewayToolListing listing, HttpClient gateway) : ITool
{
    public ToolDescription Description { get; } = new(
        listing.Name, listing.Description ?? "", listing.InputSchema, listing.Effect, listing.DefinitionHash, listing.DefinitionHash, listing.Endpoint);

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace) =>
        new(arguments.All, listing.Effect, (context, cancellationToken) => InvokeAsync(arguments.All, context, cancellationToken)) { ActsElsewhere = true };

    async Task<ToolResult> InvokeAsync(JsonElement arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var request = new Invocation(listing.Endpoint, listing.Tool, arguments, context.RunId, context.CallId, context.ActionKey);
        try
        {
            using var response = await gateway.PostAsJsonAsync("/mcp/invoke", request, ContractJson.Options, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await FailureAsync(response, cancellationToken);
            }

            var answer = await response.Content.ReadFromJsonAsync<InvocationAnswer>(ContractJson.Options, cancellationToken) ?? throw new JsonException();
            return answer.IsError ? new ToolResult($"error: {answer.Text}", ToolCallOutcome.Error) : new ToolResult(answer.Text ?? "");
        }
        catch (HttpRequestException failure) when (!SentRequest.MayHaveArrived(failure))
        {
            throw new ToolFailedException($"The MCP gateway could not be reached for {listing.Name}; nothing was sent.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ToolUncertainException($"The MCP gateway was lost before it answered for {listing.Name}.");
        }
    }

    /// <summary>The gateway says whether it had sent the request on; a server error that says nothing may come from one that had.</summary>
    async Task<Exception> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await response.Content.ReadAsStringAsync(cancellationToken);
        var text = $"The gateway answered {(int)response.StatusCode} for {listing.Name}: {OutputBound.HeadAndTail(problem, 1000)}";
        var sent = Sent(problem) ?? response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
        return sent ? new ToolUncertainException(text) : new ToolFailedException(text);
    }

    static bool? Sent(string problem)
    {
        try
        {
            using var document = JsonDocument.Parse(problem);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("sent", out var sent) && sent.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? sent.GetBoolean()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    sealed record Invocation(string Endpoint, string Tool, JsonElement Arguments, Guid RunId, string CallId, string IdempotencyKey);

    sealed record InvocationAnswer(bool IsError, string? Text);
}
