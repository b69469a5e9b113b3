namespace Agent.ServiceDefaults.Starting;

/// <summary>What a service was given (a setting, a policy file, an endpoints file) can not be taken: its start ends with exit code 2 and this message, which
/// names every mistake with its cure.</summary>
public sealed class SettingsException(string message) : Exception(message)
{
    /// <summary>All mistakes of one input, a line each.</summary>
    public SettingsException(string input, IEnumerable<string> mistakes)
        : this($"{input}:{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}  - {mistake}"))}")
    {
    }
}
