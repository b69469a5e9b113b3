using Agent.Dashboard.Web.Doctor;

namespace Agent.Dashboard.Web.Api.Doctor;

/// <summary>What was looked at.</summary>
sealed record DoctorReport(bool Ok, DateTimeOffset At, IReadOnlyList<DoctorCheck> Checks);

static class DoctorEndpoints
{
    public static void MapDoctor(this IEndpointRouteBuilder app) =>
        app.MapGet("/doctor", LookAsync).WithTags("Suite").WithSummary("Look at every part of the suite; what is not well names its cure");

    /// <param name="upgrade">True: also read every open run and decide what is owed to it, without doing it.</param>
    static async Task<DoctorReport> LookAsync(SuiteDoctor doctor, TimeProvider time, CancellationToken cancellationToken, bool upgrade = false)
    {
        var checks = await doctor.LookAsync(cancellationToken);
        checks = upgrade ? [.. checks, await doctor.OpenRunsAsync(cancellationToken)] : checks;
        return new DoctorReport(checks.All(check => check.Ok), time.GetUtcNow(), checks);
    }
}
