using System.Text.Json;
using Agent.EndToEnd.Tests.Browsing;
using Agent.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Agent.EndToEnd.Tests;

/// <summary>A person with a browser, and the whole suite behind the page.</summary>
public sealed class Console_of_a_running_suite(SuiteWithBrowser suite) : IClassFixture<SuiteWithBrowser>, IAsyncLifetime
{
    SuiteWorld World => suite.World;

    ConsoleBrowser Browser => suite.Browser;

    public async ValueTask InitializeAsync()
    {
        ConsoleBrowser.SkipUnlessInstalled();
        await suite.StartAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_goal_is_submitted_watched_to_its_end_and_its_report_leads_to_the_evidence()
    {
        var form = await NewGoalPage.OpenAsync(Browser);
        await form.SubmitAsync("Describe this repository", Path.Combine(World.Workspace, "not-there"));
        await Assertions.Expect(form.Failure).ToContainTextAsync("does not exist");
        await Assertions.Expect(form.Goal).ToHaveValueAsync("Describe this repository");

        var run = await form.SubmitAndFollowAsync("Describe this repository", World.Workspace);
        await Assertions.Expect(run.Heading).ToHaveTextAsync("Describe this repository");
        await run.EndsAsync("succeeded");

        await Assertions.Expect(run.Report).ToContainTextAsync("Tide table");
        await Assertions.Expect(run.Report).ToContainTextAsync("Python");
        var told = await suite.Suite.RunAsync(run.RunId);
        told.GetProperty("state").GetString().ShouldBe("succeeded");
        (await run.Steps.CountAsync()).ShouldBe(told.GetProperty("steps").GetArrayLength());
        (await run.DrawnSteps.CountAsync()).ShouldBe(told.GetProperty("steps").GetArrayLength());
        await Assertions.Expect(run.Timeline.First).ToContainTextAsync("Run ended succeeded");
        var call = await run.FollowFirstCitationAsync();
        await Assertions.Expect(call.GetByText("Decision", new() { Exact = true })).ToBeVisibleAsync();
        await run.OpenAuditAsync();
        await Assertions.Expect(run.Notice("The chain holds.")).ToBeVisibleAsync();
        Browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_that_needs_consent_waits_for_it_and_goes_on_when_it_is_given()
    {
        WriteScript();
        var form = await NewGoalPage.OpenAsync(Browser);
        var run = await form.SubmitAndFollowAsync("Run ./hello.sh", World.Workspace);
        await run.EndsAsync("waiting approval");
        await Assertions.Expect(run.Pending("run_command").Arguments).ToContainTextAsync("./hello.sh");

        await run.Pending("run_command").ApproveAsync("read it");

        await run.EndsAsync("succeeded");
        await Assertions.Expect(run.Report).ToContainTextAsync("hello from the script");
        var decided = (await suite.Suite.JournalAsync(run.RunId)).Single(entry => entry.GetProperty("type").GetString() == "ApprovalDecided").GetProperty("data");
        decided.GetProperty("principal").GetString().ShouldBe("local");
        decided.GetProperty("comment").GetString().ShouldBe("read it");
    }

    [Fact]
    public async Task A_run_that_waits_can_be_cancelled()
    {
        WriteScript();
        var form = await NewGoalPage.OpenAsync(Browser);
        var run = await form.SubmitAndFollowAsync("Run ./hello.sh", World.Workspace);
        await run.EndsAsync("waiting approval");

        await run.CancelAsync();

        await run.EndsAsync("cancelled");
        (await suite.Suite.RunAsync(run.RunId)).GetProperty("stop_reason").GetString().ShouldBe("operator");
    }

    void WriteScript()
    {
        var script = World.Write("workspace/hello.sh", "#!/bin/sh\necho hello from the script\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Every_page_opens_without_complaint_and_fits_a_narrow_screen()
    {
        var runId = await suite.Suite.SubmitAsync("Count files");
        await suite.Suite.EndOfAsync(runId);

        foreach (var (path, heading) in ((string, string)[])
        [
            ("/", "Overview"), ("/console/runs", "Runs"), ("/console/new", "New goal"), ("/console/approvals", "Approvals"), ("/console/mcp", "MCP endpoints"),
            ("/console/policies", "Policies"), ($"/console/runs/{runId}", "Count files"), ($"/console/runs/{runId}/audit", "Audit"),
        ])
        {
            var page = await Browser.OpenAsync(path);
            await page.SetViewportSizeAsync(360, 740);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(heading);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBe(360, path);
            await KeyboardFocusIsSeenAsync(page);
            await page.CloseAsync();
        }

        Browser.Complaints.ShouldBeEmpty();
    }

    /// <summary>The first key may fall into the moment the page becomes interactive, which takes the focus away.</summary>
    static async Task KeyboardFocusIsSeenAsync(IPage page)
    {
        for (var key = 0; key < 5; key++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("document.activeElement?.matches('a, button, input, textarea, summary, pre') && getComputedStyle(document.activeElement).outlineStyle !== 'none'"))
            {
                return;
            }
        }

        Assert.Fail($"No focus is seen on {page.Url}.");
    }

    [Fact]
    public async Task Policies_are_read_again_and_the_page_says_so()
    {
        var page = await Browser.OpenAsync("/console/policies");
        var digest = JsonDocument.Parse(await suite.Suite.Door.GetStringAsync(new Uri("policies", UriKind.Relative))).RootElement.GetProperty("digest").GetString()!;
        await Assertions.Expect(page.GetByText(digest)).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Reload from files" }).ClickAsync();

        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("The files say what the bundle in force says already.");
    }
}
