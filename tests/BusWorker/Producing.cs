using MassTransit;

namespace Agent.BusWorker;

/// <summary>Sends until it is killed; writes down what was accepted.</summary>
static class Producing
{
    public static async Task RunAsync(IBus bus, string queue, WorkLog log)
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        var producer = Guid.CreateVersion7().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            for (var number = 0; ; number++)
            {
                var id = $"{producer}-{lane}-{number}";
                try
                {
                    await endpoint.Send(new WorkItem(id));
                    log.Write(id, false);
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    // Not accepted: it may arrive or not.
                    log.Write($"refused {error.GetType().Name}", false);
                }

                await Task.Yield();
            }
        }));
    }
}
