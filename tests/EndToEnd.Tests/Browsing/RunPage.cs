using Microsoft.Playwright;

namespace Agent.EndToEnd.Tests.Browsing;

/// <summary>One run, live.</summary>
sealed class RunPage(IPage page)
{
    public Guid RunId => Guid.Parse(new Uri(page.Url).Segments[^1]);

    public ILocator Heading => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    public ILocator State => page.Locator(".head .state");

    public ILocator Report => page.Locator("section[aria-labelledby=report] .report");

    public ILocator Steps => page.Locator("details.step");

    public ILocator DrawnSteps => page.Locator(".drawing.wide svg .node");

    public ILocator Timeline => page.Locator(".timeline li");

    /// <summary>The page changes by itself; it is never loaded again here.</summary>
    public Task EndsAsync(string state) => Assertions.Expect(State).ToContainTextAsync(state, new() { Timeout = 60_000 });

    public Task OpenAuditAsync() => page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();

    /// <summary>Follows the report's first citation to the call it names.</summary>
    public async Task<ILocator> FollowFirstCitationAsync()
    {
        var citation = Report.Locator("a.cite").First;
        var target = (await citation.GetAttributeAsync("href"))!.Split('#')[1];
        await citation.ClickAsync();
        return page.Locator($"details[id='{target}']");
    }

    public PendingCallCard Pending(string tool) => PendingCallCard.On(page, tool);

    public async Task CancelAsync()
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, cancel it" }).ClickAsync();
    }

    public ILocator Notice(string text) => page.Locator(".notice").Filter(new() { HasText = text });
}
