using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Bundles;

/// <summary>Published bundles on disk: the last one is taken up again after a restart, earlier ones can be compared.</summary>
sealed class BundleArchive(string stateDirectory)
{
    const int Kept = 50;

    readonly string _directory = Path.Combine(stateDirectory, "bundles");

    public SignedBundle? Last() => Versions().Select(Read).FirstOrDefault(bundle => bundle is not null);

    public SignedBundle? Find(long version) => Read(FileOf(version));

    public IReadOnlyList<SignedBundle> All() => [.. Versions().Select(Read).OfType<SignedBundle>()];

    public void Add(SignedBundle bundle)
    {
        Directory.CreateDirectory(_directory);
        var file = FileOf(bundle.Version);

        // Written aside and renamed: a crash leaves the old file or the new one, never half of one.
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(bundle, ContractJson.Options));
        CrashPoint.Reach("bundle.written");
        File.Move(file + ".new", file, overwrite: true);
        foreach (var old in Versions().Skip(Kept))
        {
            File.Delete(old);
        }
    }

    string FileOf(long version) => Path.Combine(_directory, $"{version:D8}.json");

    IEnumerable<string> Versions() => Directory.Exists(_directory)
        ? Directory.EnumerateFiles(_directory, "*.json").OrderDescending(StringComparer.Ordinal)
        : [];

    static SignedBundle? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<SignedBundle>(File.ReadAllText(file), ContractJson.Options) : null;
        }
        catch (JsonException)
        {
            // A file that was damaged on disk is no bundle; the one before it counts.
            return null;
        }
    }
}
