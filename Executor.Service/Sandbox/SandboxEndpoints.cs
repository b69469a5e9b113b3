using Agent.Contracts;

namespace Agent.Executor.Service.Sandbox;

static class SandboxEndpoints
{
    public static void MapSandbox(this IEndpointRouteBuilder app) =>
        app.MapGet("/sandbox", ShowSandbox).WithTags("Sandbox").WithSummary("The isolation commands get here, and why not a stronger one");

    static async Task<IResult> ShowSandbox(SandboxChoice choice) =>
        TypedResults.Json(new SandboxReport((await choice.GetAsync()).Level, choice.Reason), ContractJson.Options);

    sealed record SandboxReport(string Level, string Reason);
}
