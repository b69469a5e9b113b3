using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agent.Resp.Tests;

/// <summary>A server that answers each command as it is told, and nothing before it is told to.</summary>
sealed class ScriptedServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _ended = new();
    readonly Func<string, string> _answer;
    readonly Task _serving;
    readonly List<string> _heard = [];
    readonly SemaphoreSlim _more = new(0);
    Socket? _client;

    /// <param name="answer">The whole reply to a command, by its name.</param>
    public ScriptedServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Answers to this command wait until the source is completed.</summary>
    public Dictionary<string, TaskCompletionSource> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the commands that came, in order, once there are so many of one.</summary>
    public Task<IReadOnlyList<string>> HeardAsync(string name, int times) => ListenAsync(name, times).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    async Task<IReadOnlyList<string>> ListenAsync(string name, int times)
    {
        while (true)
        {
            lock (_heard)
            {
                if (_heard.Count(heard => heard == name) >= times)
                {
                    return [.. _heard];
                }
            }

            await _more.WaitAsync(_ended.Token);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void HangUp() => _client!.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        _client?.Dispose();
        await _serving.ContinueWith(static done => done.Exception, TaskScheduler.Default);
        _ended.Dispose();
        _more.Dispose();
    }

    async Task ServeAsync()
    {
        _client = await _listener.AcceptSocketAsync(_ended.Token);
        await using var stream = new NetworkStream(_client);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync(_ended.Token) is { } count)
        {
            var words = new string[int.Parse(count[1..], null)];
            for (var position = 0; position < words.Length; position++)
            {
                await reader.ReadLineAsync(_ended.Token);
                words[position] = (await reader.ReadLineAsync(_ended.Token))!;
            }

            lock (_heard)
            {
                _heard.Add(words[0]);
            }

            _more.Release();
            if (Held.TryGetValue(words[0], out var held))
            {
                await held.Task.WaitAsync(_ended.Token);
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(_answer(words[0])), _ended.Token);
        }
    }
}
