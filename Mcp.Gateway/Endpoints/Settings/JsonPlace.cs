using System.Text.Json;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>A JSON value that remembers where it stands, so that a mistake can name its line and path.</summary>
sealed class JsonPlace(string path, int line, JsonValueKind kind)
{
    public string Path => path;

    public int Line => line;

    public JsonValueKind Kind => kind;

    /// <summary>Text of a string, digits of a number.</summary>
    public string Text { get; private set; } = "";

    public double Number { get; private set; }

    /// <summary>In order of appearance; a repeated name stands here twice.</summary>
    public List<KeyValuePair<string, JsonPlace>> Properties { get; } = [];

    public List<JsonPlace> Items { get; } = [];

    /// <exception cref="JsonException">Not JSON; carries line and position.</exception>
    public static JsonPlace Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var lines = new LineCounter(json);
        reader.Read();
        var root = Read(ref reader, ref lines, "$");
        reader.Read();
        return root;
    }

    static JsonPlace Read(ref Utf8JsonReader reader, ref LineCounter lines, string path)
    {
        var line = lines.At((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var branch = new JsonPlace(path, line, JsonValueKind.Object);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    branch.Properties.Add(new(name, Read(ref reader, ref lines, $"{path}.{name}")));
                }

                return branch;
            case JsonTokenType.StartArray:
                var list = new JsonPlace(path, line, JsonValueKind.Array);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(Read(ref reader, ref lines, $"{path}[{list.Items.Count}]"));
                }

                return list;
            case JsonTokenType.String:
                return new JsonPlace(path, line, JsonValueKind.String) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new JsonPlace(path, line, JsonValueKind.Number) { Number = reader.GetDouble(), Text = System.Text.Encoding.UTF8.GetString(reader.ValueSpan) };
            case JsonTokenType.True:
                return new JsonPlace(path, line, JsonValueKind.True);
            case JsonTokenType.False:
                return new JsonPlace(path, line, JsonValueKind.False);
            default:
                return new JsonPlace(path, line, JsonValueKind.Null);
        }
    }

    /// <summary>Counts lines once from front to back: tokens come in order.</summary>
    ref struct LineCounter(ReadOnlySpan<byte> json)
    {
        readonly ReadOnlySpan<byte> _json = json;
        int _position;
        int _line = 1;

        public int At(int offset)
        {
            _line += _json[_position..offset].Count((byte)'\n');
            _position = offset;
            return _line;
        }
    }
}
