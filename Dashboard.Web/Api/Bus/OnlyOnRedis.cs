namespace Agent.Dashboard.Web.Api.Bus;

/// <summary>An empty list would look like an idle bus: on another transport the door says whose the queues are.</summary>
sealed class OnlyOnRedis(IConfiguration configuration) : IEndpointFilter
{
    readonly string _transport = configuration["Bus:Transport"] ?? "redis";

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        string.Equals(_transport, "redis", StringComparison.OrdinalIgnoreCase)
            ? next(context)
            : ValueTask.FromResult<object?>(Problems.Of(
                StatusCodes.Status409Conflict,
                "bus_not_on_redis",
                $"The bus runs on {_transport} (Bus__Transport); only queues on Redis are shown and changed here. RabbitMQ's own tools do it there: `rabbitmqctl list_queues name messages messages_unacknowledged`, or its management plug-in."));
}
