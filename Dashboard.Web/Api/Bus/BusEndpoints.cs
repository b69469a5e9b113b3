using Agent.RedisTransport;
using Agent.Resp;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Bus;

/// <summary>The bus's queues: what waits, what failed, back to where it failed or away.</summary>
static class BusEndpoints
{
    const int MostShown = 1000;

    public static WebApplicationBuilder AddQueues(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new QueueInspector(
            services.GetRequiredService<RespConnection>(),
            services.GetRequiredService<TimeProvider>(),
            builder.Configuration["Bus:Redis:KeyPrefix"] ?? new RedisTransportOptions().KeyPrefix));
        return builder;
    }

    public static RouteGroupBuilder MapBus(this IEndpointRouteBuilder app)
    {
        var queues = app.MapGroup("/bus/queues").WithTags("Bus").AddEndpointFilter<OnlyOnRedis>();

        queues.MapGet("", ListQueues).WithSummary("Every queue: depth, oldest age, delayed, leased, errors");
        queues.MapGet("/{queue}/messages", PeekMessages).WithSummary("The next messages of a queue; nothing is taken");
        queues.MapPost("/{queue}/requeue", Requeue).WithSummary("Failed messages back to the queue they came from");
        queues.MapPost("/{queue}/purge", Purge).WithSummary("Remove messages that wait in a queue");

        return queues;
    }

    static async Task<QueueList> ListQueues(QueueInspector inspector, CancellationToken cancellationToken) =>
        new([.. (await inspector.ListAsync(cancellationToken)).Select(QueueView.Of)]);

    static async Task<Results<Ok<MessageList>, ProblemHttpResult>> PeekMessages(
        string queue, string? type, string? fault, string? id, int? limit, QueueInspector inspector, CancellationToken cancellationToken) =>
        limit is < 1 or > MostShown
            ? Problems.Of(StatusCodes.Status400BadRequest, "invalid_limit", $"limit is {limit}; it can be 1 to {MostShown}.")
            : TypedResults.Ok(new MessageList(queue, [.. (await inspector.PeekAsync(queue, new MessageFilter(type, fault, id, Limit: limit ?? 10), cancellationToken)).Select(MessageView.Of)]));

    static async Task<Results<Ok<ChangeView>, ProblemHttpResult>> Requeue(string queue, QueueOrder order, QueueInspector inspector, CancellationToken cancellationToken) =>
        order.Mistake() ?? (Results<Ok<ChangeView>, ProblemHttpResult>)TypedResults.Ok(ChangeView.Of(
            await inspector.RequeueAsync(queue, order.Filter(), order.DryRun ?? false, order.Target, cancellationToken)));

    static async Task<Results<Ok<ChangeView>, ProblemHttpResult>> Purge(string queue, QueueOrder order, QueueInspector inspector, CancellationToken cancellationToken) =>
        order.Mistake() ?? (Results<Ok<ChangeView>, ProblemHttpResult>)TypedResults.Ok(ChangeView.Of(
            await inspector.PurgeAsync(queue, order.Filter(), order.DryRun ?? false, cancellationToken)));
}
