using Agent.Journal.Operators;

namespace Agent.Policy.Service.Canary;

/// <summary>Brings what was done with trials into the operator log; what the store does not take is tried again, also after a restart.</summary>
sealed class CanaryNotes(CanaryDesk desk, OperatorLog log, TimeProvider time, ILogger<CanaryDesk> logger) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? last = null;
        using var ticks = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                foreach (var deed in desk.Untold)
                {
                    await log.ChangeAsync(deed, [], _ => Task.FromResult<Resp.RespCommand[]?>([]), stoppingToken);
                    desk.Told(deed);
                }

                last = null;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (exception.Message != last)
                {
                    logger.NotTold(last = exception.Message);
                }
            }
        }
        while (await ticks.WaitForNextTickAsync(stoppingToken));
    }
}
