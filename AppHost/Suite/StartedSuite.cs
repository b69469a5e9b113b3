using System.CommandLine;
using Agent.Cli;
using Agent.Cli.Door;

namespace Agent.AppHost.Suite;

/// <summary>The suite this process starts for its command, and ends with it.</summary>
sealed class StartedSuite(Option<int> port, Func<SuiteSettings, DistributedApplication> compose) : IDoorSource, IAsyncDisposable
{
    RunningSuite? _suite;

    public bool IsOurs => true;

    public async Task<DoorClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = await StartAsync(parsed, cancellationToken);
        return new DoorClient(new DoorAddress(new Uri(settings.DoorUrl), settings.DoorKey, settings.State.Path));
    }

    public async Task<SuiteSettings> StartAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            _suite = await RunningSuite.StartAsync(parsed.GetValue(port), compose, cancellationToken);
            return _suite.Settings;
        }
        catch (StartRefusedException refused)
        {
            throw new CommandException((ExitCode)refused.ExitCode, refused.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_suite is not null)
        {
            await _suite.DisposeAsync();
        }
    }
}
