using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using Agent.Resp;
using MassTransit;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>Runs an endpoint: starts its receiver, dispatches what comes, stops when what it holds is done.</summary>
sealed class RedisReceiveAgent : ConsumerAgent<string>, ReceiveTransportHandle, IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    readonly RedisHostConfiguration _host;
    readonly RedisReceiveEndpointContext _context;
    readonly BusConnection _bus;
    readonly QueueReceiver _receiver;
    readonly Task _starting;

    public RedisReceiveAgent(RedisHostConfiguration host, RedisReceiveEndpointContext context, QueueReceiverSettings settings)
        : base(context)
    {
        _host = host;
        _context = context;
        _bus = host.Connection;
        _receiver = new QueueReceiver(_bus, settings, HandleAsync) { HealthChanged = HealthChangedAsync };
        _starting = Task.Run(StartupAsync);
    }

    public Task Stop(CancellationToken cancellationToken = default) => this.Stop("Stop Receive Transport", cancellationToken);

    public void Dispose() => _receiver.Dispose();

    protected override async Task ActiveAndActualAgentsCompleted(StopContext context)
    {
        await _starting;
        try
        {
            await _receiver.StopTakingAsync();
            await base.ActiveAndActualAgentsCompleted(context);
            await _receiver.IdleAsync(context.CancellationToken);
            await _receiver.EndAsync();
        }
        catch (Exception error) when (error is RespConnectionException or RespServerException or OperationCanceledException)
        {
            // The server is away, or the stop ran out of time: what is held goes to others when the lease is over.
            LogContext.Warning?.Log("Endpoint {InputAddress} stopped without saying good-bye: {Reason}", _context.InputAddress, error.Message);
        }

        Dispose();
        await _context.TransportObservers.NotifyCompleted(_context.InputAddress, this);
        _context.LogConsumerCompleted(DeliveryCount, ConcurrentDeliveryCount);
    }

    async Task StartupAsync()
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        var pause = FirstPause;
        while (!IsStopping)
        {
            try
            {
                await _context.DependenciesReady.WaitAsync(Stopping);
                await _receiver.StartAsync(Stopping);
                await _context.TransportObservers.NotifyReady(_context.InputAddress);
                SetReady();
                return;
            }
            catch (OperationCanceledException) when (IsStopping)
            {
                break;
            }
            catch (Exception error)
            {
                LogContext.Error?.Log("Endpoint {InputAddress} can not start, and tries again: {Reason}", _context.InputAddress, error.Message);
                await _context.TransportObservers.NotifyFaulted(_context.InputAddress, _context.ConvertException(error, ""));
            }

            await Waiting.PauseAsync(pause, _bus.Clock, Stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        SetNotReady(new OperationCanceledException("The endpoint was stopped before it had started."));
    }

    Task HealthChangedAsync(Exception? error) => error is null
        ? _context.TransportObservers.NotifyReady(_context.InputAddress)
        : _context.TransportObservers.NotifyFaulted(_context.InputAddress, _context.ConvertException(error, ""));

    async Task HandleAsync(Delivery delivery)
    {
        LogContext.Current = _context.LogContext;
        if (delivery.Envelope.ExpiresAt < _bus.Clock.GetUtcNow())
        {
            _bus.Logger.Expired(delivery.Entry, delivery.Queue);
            await delivery.CompleteAsync();
            return;
        }

        var context = new RedisReceiveContext(delivery, _context);
        try
        {
            if (delivery.Redeliveries >= _host.Options.DeliveryLimit)
            {
                await PoisonedAsync(delivery);
                return;
            }

            await Dispatch(delivery.Entry, context, new RedisReceiveLock(delivery, _context.InputAddress));
        }
        catch (Exception error)
        {
            context.LogTransportFaulted(error);
        }
        finally
        {
            context.Dispose();
        }
    }

    async Task PoisonedAsync(Delivery delivery)
    {
        _bus.Logger.Poisoned(delivery.Entry, delivery.Queue, delivery.Redeliveries);
        var envelope = delivery.Envelope.With(headers =>
        {
            headers.Set(MessageHeaders.Reason, "fault");
            headers.Set(MessageHeaders.FaultMessage, $"Delivered {delivery.Redeliveries} times, and never finished: the process died, or lost its lease.");
            headers.Set(TransportHeaders.Deliveries, delivery.Redeliveries.ToString());
            headers.Set(TransportHeaders.SourceQueue, delivery.Queue);
        });
        await _bus.Sender(_context.Send.ErrorQueueNameFormatter.FormatErrorQueueName(delivery.Queue)).SendAsync(new Outgoing(_bus.NewId(), envelope.Stored));
        await delivery.CompleteAsync();
    }
}
