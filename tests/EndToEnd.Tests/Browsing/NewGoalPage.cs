using Microsoft.Playwright;

namespace Agent.EndToEnd.Tests.Browsing;

/// <summary>The form a goal is submitted with.</summary>
sealed class NewGoalPage(IPage page)
{
    public ILocator Goal => page.GetByLabel("Goal", new() { Exact = true });

    public ILocator Workspace => page.GetByLabel("Workspace");

    public ILocator Failure => page.GetByRole(AriaRole.Alert);

    public static async Task<NewGoalPage> OpenAsync(ConsoleBrowser browser) => new(await browser.OpenAsync("/console/new"));

    public async Task SubmitAsync(string goal, string workspace)
    {
        await Goal.FillAsync(goal);
        await Workspace.FillAsync(workspace);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
    }

    public async Task<RunPage> SubmitAndFollowAsync(string goal, string workspace)
    {
        await SubmitAsync(goal, workspace);
        await page.WaitForURLAsync("**/console/runs/*");
        return new RunPage(page);
    }
}
