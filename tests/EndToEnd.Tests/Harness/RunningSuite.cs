using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Agent.EndToEnd.Tests.Harness;

/// <summary>A suite that is healthy, seen through its door.</summary>
sealed class RunningSuite : IAsyncDisposable
{
    readonly StartedProgram _program;
    readonly SuiteWorld _world;

    RunningSuite(StartedProgram program, SuiteWorld world, Uri url, string key)
    {
        _program = program;
        _world = world;
        Url = url;
        Door = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        Door.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Url { get; }

    public HttpClient Door { get; }

    /// <summary>What the suite printed at its start; has the login link.</summary>
    public string Banner => _program.Output;

    public int ProcessId => _program.Id;

    public static async Task<RunningSuite> WaitAsync(StartedProgram program, SuiteWorld world)
    {
        using var limit = new CancellationTokenSource(SuiteWorld.Patience);
        while (!program.Output.Contains("State ", StringComparison.Ordinal))
        {
            if (program.Done.IsCompleted)
            {
                throw new InvalidOperationException("The suite did not start: " + program.Error);
            }

            await Task.Delay(50, limit.Token);
        }

        var door = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(world.State, "door.json"), limit.Token)).RootElement;
        return new RunningSuite(program, world, new Uri(door.GetProperty("url").GetString()!), door.GetProperty("key").GetString()!);
    }

    public async Task<Guid> SubmitAsync(string goal, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(new { goal, workspace = _world.Workspace }) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        using var answer = await Door.SendAsync(request);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
    }

    public Task<JsonElement> RunAsync(Guid runId) => Door.GetFromJsonAsync<JsonElement>($"runs/{runId}");

    /// <summary>The journal as it is now.</summary>
    public async Task<IReadOnlyList<JsonElement>> JournalAsync(Guid runId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"runs/{runId}/events?after=0");
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await Door.SendAsync(request);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()];
    }

    /// <summary>Waits for the first entry like this one.</summary>
    public Task<IReadOnlyList<JsonElement>> JournalWithAsync(Guid runId, Func<IReadOnlyList<JsonElement>, bool> wanted) => UntilAsync(() => JournalAsync(runId), wanted);

    public Task<JsonElement> EndOfAsync(Guid runId) =>
        UntilAsync(() => RunAsync(runId), run => run.GetProperty("state").GetString() is "succeeded" or "failed" or "cancelled" or "stopped" or "waiting_approval");

    /// <summary>Ctrl+C, and everything has ended.</summary>
    public async Task<Ended> StopAsync()
    {
        _program.Interrupt();
        var ended = await _program.EndAsync(TimeSpan.FromSeconds(60));
        _world.NothingIsLeft();
        return ended;
    }

    public ValueTask DisposeAsync()
    {
        Door.Dispose();
        return _program.DisposeAsync();
    }

    static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> wanted)
    {
        using var limit = new CancellationTokenSource(SuiteWorld.Patience);
        while (true)
        {
            var seen = await look();
            if (wanted(seen))
            {
                return seen;
            }

            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Not seen within {SuiteWorld.Patience.TotalSeconds:0} s; last: {JsonSerializer.Serialize(seen)}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }
}
