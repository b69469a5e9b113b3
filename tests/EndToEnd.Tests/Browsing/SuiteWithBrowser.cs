using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests.Browsing;

/// <summary>One suite and one signed-in browser for the tests of a class; started by the first one that is not skipped.</summary>
public sealed class SuiteWithBrowser : IAsyncDisposable
{
    SuiteWorld? _world;
    RunningSuite? _suite;
    ConsoleBrowser? _browser;

    internal SuiteWorld World => _world!;

    internal RunningSuite Suite => _suite!;

    internal ConsoleBrowser Browser => _browser!;

    public async Task StartAsync()
    {
        if (_browser is null)
        {
            _world ??= new SuiteWorld();
            _world.WriteSampleProject();
            _suite ??= await _world.StartSuiteAsync();
            _browser = await ConsoleBrowser.SignInAsync(_suite);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in (IAsyncDisposable?[])[_browser, _suite, _world])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
