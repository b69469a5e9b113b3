using System.Net.ServerSentEvents;

namespace Agent.Dashboard.Web.Tests.Harness;

sealed record ReceivedEvent(long Id, string Type, string Data);

/// <summary>Reads server-sent events as a program would.</summary>
static class EventReader
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async IAsyncEnumerable<ReceivedEvent> ReadAsync(HttpClient client, string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(patience.Token));
        await foreach (var item in parser.EnumerateAsync(patience.Token))
        {
            yield return new ReceivedEvent(long.Parse(item.EventId!), item.EventType, item.Data);
        }
    }

    public static async Task<List<ReceivedEvent>> ReadAllAsync(HttpClient client, string path) => await ReadAsync(client, path).ToListAsync();
}
