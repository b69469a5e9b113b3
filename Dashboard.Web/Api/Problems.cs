using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api;

/// <summary>Failures as ProblemDetails with a <c>code</c> that programs can act on.</summary>
static class Problems
{
    public static ProblemHttpResult Of(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new("code", code)]);

    public static ProblemHttpResult UnknownRun(Guid runId) =>
        Of(StatusCodes.Status404NotFound, "unknown_run", $"There is no run {runId}. GET /runs lists the runs there are.");

    /// <summary>The code for answers that no handler of ours wrote.</summary>
    public static string CodeFor(int? status) => status switch
    {
        400 => "bad_request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        413 => "too_large",
        415 => "unsupported_media_type",
        503 => "store_away",
        _ => "error",
    };
}
