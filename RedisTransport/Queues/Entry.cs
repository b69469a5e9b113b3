using System.Globalization;

namespace Agent.RedisTransport.Queues;

/// <summary>A message's place in a queue: its storage id, and after redeliveries their number: <c>k3f9x-1c*2</c>. The count is part of the name, and the body is
/// stored under the whole name, so that who lost a message can not acknowledge its redelivery.</summary>
static class Entry
{
    public static int Redeliveries(string entry)
    {
        var star = entry.LastIndexOf('*');
        return star < 0 ? 0 : int.Parse(entry.AsSpan(star + 1), CultureInfo.InvariantCulture);
    }

    public static string Id(string entry)
    {
        var star = entry.LastIndexOf('*');
        return star < 0 ? entry : entry[..star];
    }

    public static string Again(string entry) => $"{Id(entry)}*{Redeliveries(entry) + 1}";
}
