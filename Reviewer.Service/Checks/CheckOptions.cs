using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Checks;

/// <summary>How checks are run.</summary>
sealed class CheckOptions
{
    public const string Section = "Reviewer:Checks";

    /// <summary>How long one check's command may take. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "02:00:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the model may take for one judgement. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ModelTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the model is asked for one judgement before a person is. Default: 3.</summary>
    [Range(1, 10)]
    public int ModelTries { get; set; } = 3;
}

[OptionsValidator]
sealed partial class CheckOptionsValidator : IValidateOptions<CheckOptions>;
