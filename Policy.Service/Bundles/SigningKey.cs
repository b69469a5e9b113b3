using System.Security.Cryptography;
using Agent.ServiceDefaults.Starting;

namespace Agent.Policy.Service.Bundles;

/// <summary>The key bundles are signed with. Made at the first start; the private half never leaves its file (mode 0600).</summary>
sealed class SigningKey : IDisposable
{
    SigningKey(ECDsa key) => Key = key;

    public ECDsa Key { get; }

    public static SigningKey LoadOrCreate(string stateDirectory)
    {
        var file = Path.Combine(stateDirectory, "bundle-key.pem");
        try
        {
            Directory.CreateDirectory(stateDirectory);
            var key = File.Exists(file) ? Load(file) : Create(file);
            File.WriteAllText(Path.Combine(stateDirectory, "bundle-key.pub.pem"), key.ExportSubjectPublicKeyInfoPem());
            return new SigningKey(key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The policy service can not keep its signing key in {stateDirectory}: {exception.Message} Make the directory writable, or set AGENT_STATE_DIR to one that is.");
        }
    }

    public void Dispose() => Key.Dispose();

    static ECDsa Load(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new SettingsException($"{file} is not a private key: {exception.Message} Restore it from a backup, or remove it: a new one is made, and services fetch the bundle anew.");
        }
    }

    static ECDsa Create(string file)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(file, options);
        writer.Write(key.ExportPkcs8PrivateKeyPem());
        return key;
    }
}
