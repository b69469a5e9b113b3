namespace Agent.Bench.Bus;

/// <summary>Processor time this process uses, client and consumer together: on a shared machine it says more than messages a second.</summary>
static class ProcessorTime
{
    /// <returns>The result, and microseconds for each of <paramref name="count"/>.</returns>
    public static async Task<(double Result, double MicrosecondsEach)> OfAsync(int count, Func<Task<double>> run)
    {
        var before = Environment.CpuUsage.TotalTime;
        var result = await run();
        return (result, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / count);
    }
}
