using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Agent.Mcp.Gateway.Serving.Relay;

/// <summary>Copies a server's answer to the client as it comes, event by event, and looks at the messages in it on the way.</summary>
/// <param name="look">May change a message; null leaves it as it is.</param>
sealed class RelayedStream(Func<JsonObject, JsonObject?> look)
{
    /// <summary>Larger answers end the copy: a line is held in memory whole.</summary>
    const int MostBytes = 32 * 1024 * 1024;

    /// <summary>As it comes, unlooked at.</summary>
    public static async Task PassAsync(Stream from, HttpResponse to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        await to.Body.FlushAsync(cancellationToken);
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await to.Body.FlushAsync(cancellationToken);
        }
    }

    public async Task CopyAsync(Stream from, string? contentType, HttpResponse to, CancellationToken cancellationToken)
    {
        if (contentType != "text/event-stream")
        {
            using var whole = new MemoryStream();
            await CopyBoundedAsync(from, whole, cancellationToken);
            await to.Body.WriteAsync(Looked(whole.ToArray()), cancellationToken);
            return;
        }

        await to.Body.FlushAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        using var line = new MemoryStream();
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            var rest = buffer.AsMemory(0, read);
            while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
            {
                line.Write(rest.Span[..end]);
                await to.Body.WriteAsync(Line(line.ToArray()), cancellationToken);
                line.SetLength(0);
                rest = rest[(end + 1)..];
            }

            line.Write(rest.Span);
            if (line.Length > MostBytes)
            {
                throw new InvalidDataException($"The server sent an event of more than {MostBytes} bytes.");
            }

            await to.Body.FlushAsync(cancellationToken);
        }

        await to.Body.WriteAsync(line.ToArray(), cancellationToken);
    }

    /// <summary><c>data: {…}</c> holds a message; all other lines go as they are.</summary>
    byte[] Line(ReadOnlySpan<byte> line)
    {
        var message = line.StartsWith("data:"u8) ? Looked(line["data:"u8.Length..]) : null;
        return message is null ? [.. line, (byte)'\n'] : [.. "data: "u8, .. message, (byte)'\n'];
    }

    byte[] Looked(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject message && look(message) is { } changed ? Encoding.UTF8.GetBytes(changed.ToJsonString()) : json.ToArray();
        }
        catch (JsonException)
        {
            // An empty priming event, or a body that is no message: not ours to judge.
            return json.ToArray();
        }
    }

    static async Task CopyBoundedAsync(Stream from, MemoryStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            to.Write(buffer.AsSpan(0, read));
            if (to.Length > MostBytes)
            {
                throw new InvalidDataException($"The server sent an answer of more than {MostBytes} bytes.");
            }
        }
    }
}
