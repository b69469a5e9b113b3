using Microsoft.AspNetCore.Http;

namespace Agent.TestKit.Models;

static class Faults
{
    public static async Task PlayAsync(HttpContext context, ModelRequest request, Fault fault)
    {
        switch (fault)
        {
            case Fault.Status status:
                if (status.RetryAfter is not null)
                {
                    context.Response.Headers.RetryAfter = status.RetryAfter;
                }

                await FakeModelServer.WriteAsync(context, status.Code, status.Body);
                break;
            case Fault.ErrorIn200 error:
                await FakeModelServer.WriteAsync(context, 200, error.Body);
                break;
            case Fault.Garbage:
                await FakeModelServer.WriteAsync(context, 200, request.Streams ? "data: {not json" : "<html>busy</html>");
                break;
            case Fault.EmptyStream:
                context.Response.ContentType = "text/event-stream";
                await context.Response.Body.FlushAsync();
                break;
            case Fault.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case Fault.Unfinished:
                await BeginAsync(context, request);
                break;
            case Fault.Cut:
                await BeginAsync(context, request);
                context.Abort();
                break;
        }
    }

    static async Task BeginAsync(HttpContext context, ModelRequest request)
    {
        var reply = new ScriptedReply("one two three four");
        context.Response.ContentType = request.Streams ? "text/event-stream" : "application/json";
        var begin = request.Streams
            ? string.Join("", request.Stream(reply).Take(3).Select(line => line + "\n\n"))
            : "{\"id\":\"x\",";
        await context.Response.WriteAsync(begin);
        await context.Response.Body.FlushAsync();
    }
}
