using System.Net;
using System.Net.Http.Json;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Resp;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>Submits goals and answers what a run asks of a person, through the door: approves, and says of a call of unknown outcome what the counter shows.</summary>
sealed class Person(Fleet fleet) : IAsyncDisposable
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(300);

    // Whoever was to carry the request out has done so or is gone.
    static readonly TimeSpan BeforeLooking = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _ending = new();
    readonly Dictionary<string, Guid> _runs = new(StringComparer.Ordinal);
    Task? _answering;

    /// <summary>Runs by goal.</summary>
    public IReadOnlyDictionary<string, Guid> Runs => _runs;

    public IReadOnlyList<Guid> Known()
    {
        lock (_runs)
        {
            return [.. _runs.Values];
        }
    }

    public void Begin() => _answering = AnswerAsync();

    /// <summary>Says it again, with the same key, until the door has taken it.</summary>
    public async Task<Guid> SubmitAsync(string goal, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(new { goal, workspace = fleet.Workspace }) };
                request.Headers.Add("Idempotency-Key", goal.Replace(' ', '-'));
                using var answer = await fleet.Door.SendAsync(request, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                {
                    var runId = (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(cancellationToken)).GetProperty("run_id").GetGuid();
                    lock (_runs)
                    {
                        return _runs[goal] = runId;
                    }
                }

                ((int)answer.StatusCode).ShouldBeGreaterThanOrEqualTo(500, await answer.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (Exception away) when (away is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The door is dead, or busy with a store that is.
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Looks after a run that was made otherwise.</summary>
    public void Take(string name, Guid runId)
    {
        lock (_runs)
        {
            _runs[name] = runId;
        }
    }

    /// <summary>Waits until every run has ended.</summary>
    public async Task AllEndedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var runId in Known())
        {
            while ((await LookAsync(runId))?.End is null && clock.Elapsed < patience)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>The run as its journal has it; null while the store is away.</summary>
    public async Task<RunState?> LookAsync(Guid runId)
    {
        try
        {
            return await fleet.Journal.LoadAsync(runId, _ending.Token);
        }
        catch (Exception away) when (away is RespConnectionException or RespServerException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_answering is { } answering)
        {
            await answering.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        _ending.Dispose();
    }

    async Task AnswerAsync()
    {
        var ended = new HashSet<Guid>();
        while (!_ending.IsCancellationRequested)
        {
            List<Guid> open;
            lock (_runs)
            {
                open = [.. _runs.Values.Where(run => !ended.Contains(run))];
            }

            foreach (var runId in open)
            {
                if (await LookAsync(runId) is { } run)
                {
                    await AnswerAsync(run);
                    if (run.End is not null)
                    {
                        ended.Add(runId);
                    }
                }
            }

            await Task.Delay(Glance, _ending.Token);
        }
    }

    async Task AnswerAsync(RunState run)
    {
        if (run.IsPaused)
        {
            await SayAsync($"runs/{run.RunId}/resume", new { });
        }

        foreach (var call in run.Calls.Values.Where(call => call.Finished is null && run.Step(call.Decided.StepId).Attempt == call.Decided.Attempt))
        {
            var path = $"runs/{run.RunId}";
            if (call is { Unknown: not null, Resolved: null } && TimeProvider.System.GetUtcNow() - run.UpdatedAt > BeforeLooking)
            {
                await SayAsync($"{path}/calls/{Uri.EscapeDataString(call.Decided.CallId)}/resolve", new { happened = fleet.Effects.Count(Token(call)) > 0 });
            }
            else if (call is { Approval: not null, ApprovalAnswer: null })
            {
                await SayAsync($"{path}/approvals/{Uri.EscapeDataString(call.Decided.CallId)}", new { approve = true });
            }
        }
    }

    static string Token(ToolCallState call) => call.Decided.Arguments.TryGetProperty("token", out var token) ? token.GetString()! : call.Decided.Arguments.GetProperty("argv")[1].GetString()!;

    async Task SayAsync(string path, object what)
    {
        try
        {
            using var answer = await fleet.Door.PostAsJsonAsync(new Uri(path, UriKind.Relative), what, ContractJson.Options, _ending.Token);
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException && !_ending.IsCancellationRequested)
        {
            // Said again with the next glance.
            return;
        }
    }
}
