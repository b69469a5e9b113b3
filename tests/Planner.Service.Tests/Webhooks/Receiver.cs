using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Planner.Service.Tests.Webhooks;

/// <summary>Somebody who is told of ends, over HTTP. Answers what the test gave it, then 204.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly SemaphoreSlim _told = new(0);

    Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<int> Answers { get; } = new();

    public ConcurrentQueue<Told> All { get; } = new();

    public string Url => _app.Urls.First() + "/hook";

    public static async Task<Receiver> StartAsync(params int[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        foreach (var answer in answers)
        {
            receiver.Answers.Enqueue(answer);
        }

        app.MapPost("/hook", (Delegate)receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for the next message.</summary>
    public async Task NextAsync() => (await _told.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).ShouldBeTrue("nothing was sent");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _told.Dispose();
    }

    async Task<IResult> TakeAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        All.Enqueue(new Told(context.Request.Headers["Agent-Delivery"].ToString(), context.Request.Headers["Agent-Event"].ToString(), context.Request.Headers["Agent-Signature"].ToString(), await body.ReadToEndAsync()));
        _told.Release();
        return Results.StatusCode(Answers.TryDequeue(out var answer) ? answer : 204);
    }
}

sealed record Told(string Delivery, string Event, string Signature, string Body);
