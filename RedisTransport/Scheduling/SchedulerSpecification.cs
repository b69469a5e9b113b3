using Agent.RedisTransport.Configuration;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace Agent.RedisTransport.Scheduling;

/// <summary>Gives each consume context the scheduler.</summary>
sealed class SchedulerSpecification(RedisHostConfiguration host) : IPipeSpecification<ConsumeContext>
{
    public void Apply(IPipeBuilder<ConsumeContext> builder) => builder.AddFilter(new Filter(host));

    public IEnumerable<ValidationResult> Validate() => [];

    sealed class Filter(RedisHostConfiguration host) : IFilter<ConsumeContext>
    {
        public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
        {
            context.GetOrAddPayload<MessageSchedulerContext>(() => new ConsumeMessageSchedulerContext(
                context, consume => new MessageScheduler(new RedisScheduleMessageProvider(host, consume), consume.GetPayload<IBusTopology>())));
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("redisScheduler");
    }
}
