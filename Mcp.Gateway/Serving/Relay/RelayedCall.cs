using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Endpoints.Connections;
using ModelContextProtocol;

namespace Agent.Mcp.Gateway.Serving.Relay;

/// <summary>A tool call that is relayed: admitted like any other, then streamed through; what comes back is looked at for what it says of the endpoint.</summary>
static class RelayedCall
{
    public static async Task<InvocationOutcome> RunAsync(McpEndpoint endpoint, ToolCall call, byte[] body, HttpContext context, RelayClient client, CancellationToken cancellationToken)
    {
        endpoint.Tally.Invoked();
        var outcome = await RelayAsync(endpoint, call, body, context, client, cancellationToken);
        endpoint.Services.Metrics.Invoked(endpoint.Settings.Name, Invocation.Word(outcome));
        return outcome;
    }

    /// <summary>What the client is told when nothing came from the server. As a tool's own error, which it can show to its model, since the request as such was in order.</summary>
    public static Task AnswerAsync(HttpContext context, JsonObject message, InvocationOutcome outcome)
    {
        if (outcome is InvocationOutcome.Refused { RetryAfter: { } wait })
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = message["id"]?.DeepClone() };
        switch (outcome)
        {
            case InvocationOutcome.Refused { Code: RefusalCode.UnknownTool } refused:
                answer["error"] = new JsonObject { ["code"] = (int)McpErrorCode.InvalidParams, ["message"] = refused.Reason };
                break;
            case InvocationOutcome.Refused refused:
                answer["result"] = Failed($"{refused.Reason} {refused.Cure}");
                break;
            case InvocationOutcome.Unknown unknown:
                answer["result"] = Failed($"{unknown.Reason} The tool may have acted. {unknown.Cure}");
                break;
            default:
                return Task.CompletedTask;
        }

        return TypedResults.Json(answer).ExecuteAsync(context);
    }

    static JsonObject Failed(string text) => new() { ["content"] = new JsonArray(Tools.ResultText.Block(text)), ["isError"] = true };

    static async Task<InvocationOutcome> RelayAsync(McpEndpoint endpoint, ToolCall call, byte[] body, HttpContext context, RelayClient client, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(endpoint.Settings.CallTimeout);
        var (admission, refusal) = await Admission.AskAsync(endpoint, call.Tool, deadline.Token, cancellationToken);
        if (admission is null)
        {
            return refusal!;
        }

        using (admission)
        {
            var started = endpoint.Services.Time.GetTimestamp();
            HttpResponseMessage response;
            try
            {
                response = await client.SendAsync(endpoint, context.Request, body, deadline.Token);
            }
            catch (Exception problem) when (problem is HttpRequestException or EndpointUnavailableException)
            {
                var diagnosis = endpoint.Connection.Diagnose(problem);
                endpoint.CallFailed(admission.Permit);
                endpoint.Failed(diagnosis);
                return new InvocationOutcome.Refused(RefusalCode.Unavailable, $"The endpoint '{endpoint.Settings.Name}' is not to be had: {diagnosis.Cause}", diagnosis.Cure);
            }

            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                var diagnosis = new Diagnosis($"There was no answer within {endpoint.Settings.CallTimeout.TotalSeconds:0.#} s.", "If the tool takes this long, raise 'timeouts.call'.");
                endpoint.CallFailed(admission.Permit);
                endpoint.Failed(diagnosis);
                return new InvocationOutcome.Unknown(TimedOut: true, diagnosis.Cause, diagnosis.Cure);
            }

            using (response)
            {
                JsonObject? answer = null;
                await RelayRoutes.CopyAsync(response, context, message =>
                {
                    answer = message.ContainsKey("id") && !message.ContainsKey("method") ? message : answer;
                    return null;
                });
                return Settle(endpoint, admission, response, answer, endpoint.Services.Time.GetElapsedTime(started));
            }
        }
    }

    static InvocationOutcome Settle(McpEndpoint endpoint, Admission admission, HttpResponseMessage response, JsonObject? answer, TimeSpan duration)
    {
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            var wait = EndpointHttpHandler.Wait(response.Headers.RetryAfter, endpoint.Services.Time);
            admission.Permit.CoolDown(wait);
            return Admission.Closed(endpoint, wait, cooling: true);
        }

        if ((int)response.StatusCode >= 500)
        {
            var diagnosis = endpoint.Connection.Diagnose(new HttpRequestException(null, null, response.StatusCode));
            endpoint.CallFailed(admission.Permit);
            endpoint.Failed(diagnosis);
            return new InvocationOutcome.Unknown(TimedOut: false, diagnosis.Cause, diagnosis.Cure);
        }

        endpoint.Answered(admission.Permit, duration);
        return answer?["error"] is JsonObject error ? new InvocationOutcome.Rejected(error["code"]?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? (int)error["code"]! : 0, error["message"]?.ToString() ?? "")
            : answer?["result"] is JsonObject result ? new InvocationOutcome.Answered(result)
            : response.IsSuccessStatusCode ? new InvocationOutcome.Unknown(TimedOut: false, "The server ended the stream without an answer; the client may resume it.", "")
            : new InvocationOutcome.Rejected(0, $"HTTP {(int)response.StatusCode}");
    }
}
