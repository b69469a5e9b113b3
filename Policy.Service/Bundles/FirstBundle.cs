using Agent.ServiceDefaults.Starting;

namespace Agent.Policy.Service.Bundles;

static class FirstBundle
{
    /// <summary>The service starts with a bundle – the last good one, if the files are not valid now – or not at all.</summary>
    public static void TakeFirstBundle(this WebApplication app)
    {
        var bundles = app.Services.GetRequiredService<BundleSource>();
        var canary = app.Services.GetRequiredService<Canary.CanaryDesk>();
        app.Services.GetRequiredService<Canary.CanaryMetrics>();
        bundles.Restore();
        canary.Restore();
        bundles.Reload();
        canary.AfterReload();
        if (bundles.Current is null)
        {
            var directory = app.Services.GetRequiredService<PolicyOptions>().Directory;
            throw new SettingsException($"The policies in {directory} are not valid", bundles.Report.Mistakes.Select(mistake => mistake.ToString()));
        }
    }
}
