using System.Security.Claims;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Journal.Stops;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Stops;

/// <summary>How the kill switch stands, and what each instance does about it.</summary>
/// <param name="Proven">Engaged, every instance that is there holds still, and none has work in flight.</param>
/// <param name="Record">What was done to it, newest first.</param>
sealed record KillSwitchView(
    bool Engaged, long Epoch, string? Principal, string? Comment, DateTimeOffset? At, bool Proven, IReadOnlyList<StopAcknowledgement> Instances, IReadOnlyList<KillSwitchState> Record);

/// <summary>Stops all work of the installation, and lets it go on.</summary>
static class KillSwitchEndpoints
{
    const int Recorded = 20;

    public static RouteGroupBuilder MapKillSwitch(this IEndpointRouteBuilder app)
    {
        var stop = app.MapGroup("/kill-switch").WithTags("Kill switch");

        stop.MapGet("", Show).WithSummary("Whether all work is stopped, by whom, and what each instance says");
        stop.MapPost("/engage", Engage).WithSummary("Stop every dispatch and every running tool call, until it is lifted");
        stop.MapPost("/lift", Lift).WithSummary("Let everything go on from where it was stopped");

        return stop;
    }

    static async Task<Ok<KillSwitchView>> Show(KillSwitch killSwitch, CancellationToken cancellationToken) => TypedResults.Ok(await ViewAsync(killSwitch, cancellationToken));

    static async Task<Ok<KillSwitchView>> Engage(HttpRequest request, KillSwitch killSwitch, ClaimsPrincipal user, ILogger<KillSwitch> logger, CancellationToken cancellationToken)
    {
        await killSwitch.EngageAsync(user.PrincipalName(), await OptionalComment.ReadAsync(request, cancellationToken), cancellationToken);
        logger.OperatorTurned("engaged", user.PrincipalName());
        return TypedResults.Ok(await ViewAsync(killSwitch, cancellationToken));
    }

    static async Task<Ok<KillSwitchView>> Lift(HttpRequest request, KillSwitch killSwitch, ClaimsPrincipal user, ILogger<KillSwitch> logger, CancellationToken cancellationToken)
    {
        await killSwitch.LiftAsync(user.PrincipalName(), await OptionalComment.ReadAsync(request, cancellationToken), cancellationToken);
        logger.OperatorTurned("lifted", user.PrincipalName());
        return TypedResults.Ok(await ViewAsync(killSwitch, cancellationToken));
    }

    public static async Task<KillSwitchView> ViewAsync(KillSwitch killSwitch, CancellationToken cancellationToken)
    {
        var state = await killSwitch.ReadAsync(cancellationToken);
        var instances = await killSwitch.AcknowledgementsAsync(cancellationToken);
        return new KillSwitchView(
            state.IsEngaged, state.Epoch, state.Epoch == 0 ? null : state.Principal, state.Comment, state.Epoch == 0 ? null : state.At,
            state.IsEngaged && instances.All(instance => instance.Stopped && instance.Epoch == state.Epoch && instance.InFlight == 0),
            instances, await killSwitch.RecordAsync(Recorded, cancellationToken));
    }
}

static partial class KillSwitchLog
{
    [LoggerMessage(LogLevel.Warning, "{Principal} {What} the kill switch")]
    public static partial void OperatorTurned(this ILogger logger, string what, string principal);
}
