using Agent.Resp;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Agent.ServiceDefaults.Health;

/// <summary>A service without its store can do nothing: it is not healthy.</summary>
sealed class StoreHealth(RespConnection connection) : IHealthCheck
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await connection.ExecuteAsync(RespCommand.Of("PING"), limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is RespServerException or RespConnectionException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The store gave no answer within {Patience.TotalSeconds:0} s.");
        }
    }
}
