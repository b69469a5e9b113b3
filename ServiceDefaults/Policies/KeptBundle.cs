using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.ServiceDefaults.Policies;

/// <summary>The last bundle this service enforced, signed as it came, for a start while the policy service is away. It is verified like any other.</summary>
sealed class KeptBundle(IConfiguration configuration, IHostEnvironment host, ILogger<BundleFetcher> logger)
{
    readonly string _file = Path.Combine(
        Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent"), "enforced", $"{host.ApplicationName}.json");

    public SignedBundle? Last()
    {
        try
        {
            return File.Exists(_file) ? JsonSerializer.Deserialize<SignedBundle>(File.ReadAllText(_file), ContractJson.Options) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Without it the service starts as it did the first time: it waits for the policy service.
            return null;
        }
    }

    public void Keep(SignedBundle bundle)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);

            // Instances share the file; each writes its own and renames it.
            var aside = $"{_file}.{Environment.ProcessId}";
            File.WriteAllText(aside, JsonSerializer.Serialize(bundle, ContractJson.Options));
            File.Move(aside, _file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.BundleNotKept(_file, exception.Message);
        }
    }
}
