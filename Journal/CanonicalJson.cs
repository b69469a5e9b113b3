using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Agent.Contracts;

namespace Agent.Journal;

/// <summary>JSON with one form per value: keys in ordinal order, no white space, nulls left out. What is hashed is written with this.</summary>
public static class CanonicalJson
{
    static readonly JsonWriterOptions WriterOptions = new() { Encoder = ContractJson.Options.Encoder, Indented = false, SkipValidation = true };

    /// <summary><see cref="ContractJson"/> with sorted members; dictionaries are not sorted, so contracts have none.</summary>
    internal static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The canonical form of any JSON value; of repeated keys the last counts.</summary>
    public static byte[] Of(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = Writer(buffer))
        {
            Write(writer, element);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The canonical form of any JSON value as text.</summary>
    public static string Text(JsonElement element) => Encoding.UTF8.GetString(Of(element));

    /// <summary>The same value with its members in order, and each of them once.</summary>
    public static JsonElement Ordered(JsonElement element)
    {
        var reader = new Utf8JsonReader(Of(element));
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The canonical form of a contract.</summary>
    public static byte[] Of(object contract) => JsonSerializer.SerializeToUtf8Bytes(contract, contract.GetType(), Options);

    internal static Utf8JsonWriter Writer(IBufferWriter<byte> buffer) => new(buffer, WriterOptions);

    static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, value) in Sorted(element))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                writer.WriteNullValue();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(TextOf(element));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    static SortedDictionary<string, JsonElement> Sorted(JsonElement element)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            members[NameOf(member)] = member.Value;
        }

        return members;
    }

    // A model may write half a surrogate pair ("\ud800"): legal JSON, but no text. It is kept as it was written.
    static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText()[1..^1];
        }
    }

    static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return member.ToString();
        }
    }

    static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ContractJson.Options)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SortMembers } },
        };
        options.Converters.Add(new ElementConverter());
        options.MakeReadOnly();
        return options;
    }

    static void SortMembers(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        var members = type.Properties.OrderBy(member => member.Name, StringComparer.Ordinal).ToArray();
        for (var position = 0; position < members.Length; position++)
        {
            members[position].Order = position;
        }
    }

    sealed class ElementConverter : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => CanonicalJson.Write(writer, value);
    }
}
