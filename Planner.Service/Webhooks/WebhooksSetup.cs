using Agent.ServiceDefaults.Http;

namespace Agent.Planner.Service.Webhooks;

static partial class WebhooksSetup
{
    /// <summary>Adds the telling of webhooks that runs have ended.</summary>
    public static WebApplicationBuilder AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<WebhookOptions, WebhookOptionsValidator>().BindConfiguration(WebhookOptions.Section);
        builder.Services.AddSingleton<INameResolver, NameResolver>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<WebhookPost>();
        builder.Services.AddHostedService<WebhookSweep>();
        return builder;
    }

    [LoggerMessage(LogLevel.Information, "Webhook {Webhook}, delivery {Delivery} about run {RunId}: try {Tries} {Outcome}. {Why}")]
    public static partial void WebhookTried(this ILogger logger, string webhook, string delivery, Guid? runId, int tries, string outcome, string? why);

    [LoggerMessage(LogLevel.Warning, "Webhook delivery {Delivery} could not be tried or noted; it is tried again")]
    public static partial void WebhookNotTried(this ILogger logger, Exception exception, string delivery);

    [LoggerMessage(LogLevel.Warning, "Webhooks could not be looked at; the next round asks again")]
    public static partial void WebhooksNotLookedAt(this ILogger logger, Exception exception);
}
