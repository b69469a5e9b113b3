using System.Text.Json;

namespace Agent.ServiceDefaults.Http;

/// <summary>What another service has to offer, asked again when the last answer is old. A service that does not answer may just be starting again: its return is waited for, and only one that stays away has nothing
/// (asked again as before, but waited for no longer).</summary>
/// <param name="ask">One request; what it throws when the service is away: <see cref="HttpRequestException"/>, <see cref="JsonException"/>, or by the token it is given.</param>
/// <param name="freshFor">How long an answer is good.</param>
/// <param name="away">Told once, with the reason, when the service has stayed away.</param>
public sealed class ServiceListing<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> ask, TimeSpan freshFor, TimeProvider time, Action<string> away) : IDisposable
{
    /// <summary>Longer than a service takes to start on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(3);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    readonly SemaphoreSlim _asking = new(1, 1);
    IReadOnlyList<T> _items = [];
    long? _askedAt;
    bool _isAway;

    public async Task<IReadOnlyList<T>> ListAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_askedAt is not { } at || time.GetElapsedTime(at) > freshFor)
            {
                _items = await AskAsync(cancellationToken);
                _askedAt = time.GetTimestamp();
            }

            return _items;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    async Task<IReadOnlyList<T>> AskAsync(CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            using var deadline = new CancellationTokenSource(AnswerTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                var items = await ask(either.Token);
                _isAway = false;
                return items;
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                if (_isAway)
                {
                    return [];
                }

                if (time.GetElapsedTime(began) > Patience)
                {
                    away(exception.Message);
                    _isAway = true;
                    return [];
                }
            }
        }
    }
}
