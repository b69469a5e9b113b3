using System.Net;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints.Connections;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.ServiceDefaults;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>One tool call: admission, session, call, and what its end says of the endpoint.</summary>
static class Invocation
{
    public static async Task<InvocationOutcome> InvokeAsync(this McpEndpoint endpoint, ToolCall call, CancellationToken cancellationToken)
    {
        endpoint.Tally.Invoked();
        var outcome = await RunAsync(endpoint, call, cancellationToken);
        endpoint.Services.Metrics.Invoked(endpoint.Settings.Name, Word(outcome));
        return outcome;
    }

    /// <summary>The outcome in one word, for metrics, logs and audit.</summary>
    public static string Word(InvocationOutcome outcome) => outcome switch
    {
        InvocationOutcome.Answered { IsError: false } => "ok",
        InvocationOutcome.Answered => "tool_error",
        InvocationOutcome.Rejected => "rejected",
        InvocationOutcome.Refused refused => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(refused.Code.ToString()),
        InvocationOutcome.Unknown { TimedOut: true } => "timed_out",
        _ => "connection_lost",
    };

    static async Task<InvocationOutcome> RunAsync(McpEndpoint endpoint, ToolCall call, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(endpoint.Settings.CallTimeout);
        var (admission, refusal) = await Admission.AskAsync(endpoint, call.Tool, deadline.Token, cancellationToken);
        using (admission)
        {
            return admission is null ? refusal! : await CallAsync(endpoint, admission.Permit, call, admission.Tool.Tool, deadline, cancellationToken);
        }
    }

    static async Task<InvocationOutcome> CallAsync(McpEndpoint endpoint, CircuitBreaker.Permit permit, ToolCall call, string tool, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            McpClient? client = null;
            var started = endpoint.Services.Time.GetTimestamp();
            try
            {
                client = await endpoint.Connection.GetAsync(deadline.Token);
                var parameters = call.Parameters(tool);
                await using var listening = Listen(client, call, parameters);
                var request = new JsonRpcRequest { Method = RequestMethods.ToolsCall, Params = parameters };
                CrashPoint.Reach("invoke.sending");
                var response = await client.SendRequestAsync(request, deadline.Token);
                CrashPoint.Reach("invoke.answered");
                Answered();
                return new InvocationOutcome.Answered(response.Result as JsonObject ?? []);
            }
            catch (McpProtocolException protocol) when (client is not null)
            {
                // The server is there and judged the request; that is its work, not a failure of it.
                Answered();
                return new InvocationOutcome.Rejected((int)protocol.ErrorCode, protocol.Message);
            }
            catch (Exception problem) when (Diagnosis.Layers(problem).OfType<CooldownException>().FirstOrDefault() is { } cooldown)
            {
                permit.CoolDown(cooldown.RetryAfter);
                endpoint.Services.Log.CooledDown(endpoint.Settings.Name, cooldown.RetryAfter.TotalSeconds);
                return Admission.Closed(endpoint, cooldown.RetryAfter, cooling: true);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception problem) when (attempt == 1 && client is not null && Diagnosis.IsLostSession(problem))
            {
                // Refused for its session, so it was not worked on: a new session, and once more.
                await endpoint.Connection.DropAsync(client);
            }
            catch (Exception problem)
            {
                return await FailedAsync(endpoint, permit, client, problem, deadline.IsCancellationRequested);
            }

            void Answered() => endpoint.Answered(permit, endpoint.Services.Time.GetElapsedTime(started));
        }
    }

    /// <summary>One session serves all callers, so each call has a token of its own.</summary>
    static IAsyncDisposable? Listen(McpClient client, ToolCall call, JsonObject parameters)
    {
        if (call.OnProgress is not { } hear)
        {
            return null;
        }

        var token = Guid.CreateVersion7().ToString("N");
        (parameters["_meta"] ??= new JsonObject())["progressToken"] = token;
        return client.RegisterNotificationHandler(NotificationMethods.ProgressNotification, async (notification, cancellationToken) =>
        {
            if (notification.Params is JsonObject progress && progress["progressToken"]?.ToString() == token)
            {
                await hear((JsonObject)progress.DeepClone(), cancellationToken);
            }
        });
    }

    static async Task<InvocationOutcome> FailedAsync(McpEndpoint endpoint, CircuitBreaker.Permit permit, McpClient? client, Exception problem, bool timedOut)
    {
        endpoint.CallFailed(permit);
        var diagnosis = timedOut
            ? new Diagnosis($"There was no answer within {endpoint.Settings.CallTimeout.TotalSeconds:0.#} s.", "If the tool takes this long, raise 'timeouts.call'.")
            : endpoint.Connection.Diagnose(problem);
        endpoint.Failed(diagnosis);
        if (client is null || NothingWasSent(problem))
        {
            return new InvocationOutcome.Refused(RefusalCode.Unavailable, $"The endpoint '{endpoint.Settings.Name}' is not to be had: {diagnosis.Cause}", diagnosis.Cure);
        }

        if (!timedOut)
        {
            await endpoint.Connection.DropAsync(client);
        }

        return new InvocationOutcome.Unknown(timedOut, $"'{endpoint.Settings.Name}': {diagnosis.Cause}", diagnosis.Cure);
    }

    static bool NothingWasSent(Exception problem) => Diagnosis.Layers(problem).Any(layer => layer
        is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        or HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed });
}
