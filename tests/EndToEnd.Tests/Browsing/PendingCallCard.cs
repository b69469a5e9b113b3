using Microsoft.Playwright;

namespace Agent.EndToEnd.Tests.Browsing;

/// <summary>A call that waits for a person, on a run's page or among the approvals.</summary>
sealed class PendingCallCard(ILocator card)
{
    public static PendingCallCard On(IPage page, string tool) => new(page.GetByRole(AriaRole.Article).Filter(new() { HasText = tool }));

    public ILocator Arguments => card.GetByLabel("Arguments");

    public async Task ApproveAsync(string comment)
    {
        await card.GetByLabel("Comment").FillAsync(comment);
        await card.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
    }
}
