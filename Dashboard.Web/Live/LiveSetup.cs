namespace Agent.Dashboard.Web.Live;

static class LiveSetup
{
    public static IServiceCollection AddLive(this IServiceCollection services) => services.AddSingleton<RunFeed>();
}
