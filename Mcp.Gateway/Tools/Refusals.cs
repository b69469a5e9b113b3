using System.Globalization;
using System.Text.Json;
using Agent.Mcp.Gateway.Endpoints;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>Calls that gave no answer, as problem details. <c>sent</c> tells a caller whether the tool may have acted.</summary>
static class Refusals
{
    public static IResult Problem(InvocationOutcome outcome, HttpResponse response)
    {
        switch (outcome)
        {
            case InvocationOutcome.Refused refused:
                if (refused.RetryAfter is { } wait)
                {
                    response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                }

                return Problem(Status(refused.Code), Code(refused.Code), refused.Reason, refused.Cure, sent: false);
            case InvocationOutcome.Unknown unknown:
                return Problem(unknown.TimedOut ? 504 : 502, unknown.TimedOut ? "timed_out" : "connection_lost", unknown.Reason, unknown.Cure, sent: true);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Problem(int status, string code, string reason, string cure, bool sent) => TypedResults.Problem(
        $"{reason} {cure}", statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code, ["cause"] = reason, ["cure"] = cure, ["sent"] = sent });

    static int Status(RefusalCode code) => code switch
    {
        RefusalCode.UnknownEndpoint or RefusalCode.UnknownTool => 404,
        RefusalCode.InvalidArguments => 400,
        RefusalCode.NotAllowed or RefusalCode.Denied => 403,
        RefusalCode.Quarantined or RefusalCode.Disabled => 409,
        RefusalCode.Throttled or RefusalCode.CoolingDown => 429,
        RefusalCode.BreakerOpen or RefusalCode.Unavailable or RefusalCode.NoPolicy or RefusalCode.NoAudit or RefusalCode.Stopped => 503,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string Code(RefusalCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
}
