using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Webhooks;

/// <summary>How webhooks are told of ends.</summary>
sealed class WebhookOptions
{
    public const string Section = "Planner:Webhooks";

    /// <summary>How often it is looked for runs that have ended and deliveries that are due. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Tries before a delivery is given up. Default: 8.</summary>
    [Range(1, 100)]
    public int MaxTries { get; set; } = 8;

    /// <summary>Pause after the first try that failed; each further pause is three times as long. Default: 5 s, so that the eighth try comes after an hour and a half.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause. Default: 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "7.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long a receiver may take to answer. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
