using Agent.Dashboard.Web.Access;
using Agent.Resp;
using Microsoft.AspNetCore.Diagnostics;

namespace Agent.Dashboard.Web.Api;

/// <summary>Turns the failures we expect below an endpoint into answers; the rest stays a 500 without a stack trace.</summary>
sealed class FailureHandler(IProblemDetailsService problems, ILogger<FailureHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, code, detail) = exception switch
        {
            RespConnectionException => (503, "store_away", "The store (Redis) does not answer at the moment. Nothing is lost that was accepted; try again shortly."),
            RespServerException => (503, "store_away", "The store (Redis) refused the command. It may be loading or read-only; its own log says more."),
            BadHttpRequestException bad => (bad.StatusCode, "invalid_request", Explain(bad)),
            _ => (500, "error", "Something went wrong in the door. Its log has the details under this trace id."),
        };
        if (status == 500)
        {
            return false;
        }

        if (status == 503)
        {
            logger.StoreAway(httpContext.Request.Path, exception.Message);
            httpContext.Response.Headers.RetryAfter = "2";
        }

        httpContext.Response.StatusCode = status;
        if (status == 503 && PlainPage.IsWanted(httpContext))
        {
            await PlainPage.TryAgain(detail).ExecuteAsync(httpContext);
            return true;
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = status, Detail = detail, Extensions = { ["code"] = code } },
        });
    }

    static string Explain(BadHttpRequestException bad) => bad.InnerException is System.Text.Json.JsonException json
        ? $"The request body is not the JSON this route takes (at {(string.IsNullOrEmpty(json.Path) ? "$" : json.Path)}). docs/api.md shows its shape."
        : bad.Message;
}

static partial class FailureLog
{
    [LoggerMessage(LogLevel.Warning, "{Path} answered 503: {Reason}")]
    public static partial void StoreAway(this ILogger logger, string path, string reason);
}
