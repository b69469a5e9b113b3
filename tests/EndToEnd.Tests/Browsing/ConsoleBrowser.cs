using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Agent.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Agent.EndToEnd.Tests.Browsing;

/// <summary>Chromium, signed in to a suite's console. What pages complain about is collected.</summary>
sealed partial class ConsoleBrowser : IAsyncDisposable
{
    const string Chromium = "/usr/bin/chromium";
    const float PatienceMs = 30_000;

    readonly IPlaywright _playwright;
    readonly IBrowser _browser;
    readonly IBrowserContext _context;
    readonly ConcurrentQueue<string> _complaints = [];

    ConsoleBrowser(IPlaywright playwright, IBrowser browser, IBrowserContext context) => (_playwright, _browser, _context) = (playwright, browser, context);

    /// <summary>Errors the pages wrote to the browser's console, and scripts that threw.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The browser is the distribution's own; none is downloaded for the tests.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipUnless(File.Exists(Chromium), $"{Chromium} is not installed (Debian: apt install chromium).");

    public static async Task<ConsoleBrowser> SignInAsync(RunningSuite suite)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
        var context = await browser.NewContextAsync(new() { BaseURL = suite.Url.ToString(), ViewportSize = new() { Width = 1400, Height = 900 } });
        context.SetDefaultTimeout(PatienceMs);
        var console = new ConsoleBrowser(playwright, browser, context);
        var page = await console.OpenAsync(LoginLink().Match(suite.Banner).Value);
        await page.WaitForURLAsync(suite.Url.ToString());
        await page.CloseAsync();
        return console;
    }

    public async Task<IPage> OpenAsync(string path)
    {
        var page = await _context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        await page.GotoAsync(path);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [GeneratedRegex(@"http://\S+/login\?token=\w+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoginLink();
}
