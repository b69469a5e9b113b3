using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Policy.Service.Bundles;
using Agent.ServiceDefaults.Starting;

namespace Agent.Policy.Service.Canary;

/// <summary>The last trial, and what of it the operator log has not been told yet, in <c>&lt;state&gt;/policy/canary.json</c>.</summary>
sealed class CanaryFile(PolicyOptions options)
{
    readonly string _file = Path.Combine(options.StateDirectory, "canary.json");

    /// <exception cref="SettingsException">It can not be read: that is no reason to forget a trial whose runs wait for its bundle.</exception>
    public CanaryRecord Read()
    {
        try
        {
            return File.Exists(_file) ? JsonSerializer.Deserialize<CanaryRecord>(File.ReadAllText(_file), ContractJson.Options)! : new CanaryRecord(null, []);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{_file}, which holds the policy canary, can not be read: {exception.Message} Restore it from a backup; without it the runs of a canary stand still.");
        }
    }

    public void Write(CanaryRecord record)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        File.WriteAllText(_file + ".new", JsonSerializer.Serialize(record, ContractJson.Options));
        File.Move(_file + ".new", _file, overwrite: true);
    }
}

/// <param name="Untold">Deeds the operator log has still to be told.</param>
sealed record CanaryRecord(CanaryTrial? Trial, IReadOnlyList<OperatorDeed> Untold);
