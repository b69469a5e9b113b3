using System.Text.Json;

namespace Agent.Llm.OpenAi;

/// <summary>Which API a server and model speak, as it was found out; kept in the state directory, so that it is found out once.</summary>
/// <example><c>{"http://localhost:1234/v1 qwen3":{"api":"chat","why":"probe: 400"}}</c></example>
sealed class ApiMemory(string? stateDirectory)
{
    static readonly Lock OneWriter = new();

    readonly string? _path = stateDirectory is null ? null : Path.Combine(stateDirectory, "model-apis.json");

    public Remembered? Find(ModelServer server) => Read().GetValueOrDefault(Name(server));

    public void Note(ModelServer server, string api, string why)
    {
        if (_path is null)
        {
            return;
        }

        lock (OneWriter)
        {
            var all = Read();
            all[Name(server)] = new Remembered(api, why);
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                var fresh = $"{_path}.{Environment.ProcessId}";
                File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(all, JsonSerializerOptions.Web));
                File.Move(fresh, _path, overwrite: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Only a note: without it the server is asked again after the next start.
                return;
            }
        }
    }

    Dictionary<string, Remembered> Read()
    {
        try
        {
            return _path is not null && File.Exists(_path) ? JsonSerializer.Deserialize<Dictionary<string, Remembered>>(File.ReadAllBytes(_path), JsonSerializerOptions.Web) ?? [] : [];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static string Name(ModelServer server) => $"{server.BaseUrl} {server.Model}";

    internal sealed record Remembered(string Api, string Why);
}
