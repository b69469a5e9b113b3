using System.Globalization;

namespace Agent.Cli.Commands;

/// <summary>Spans of time as people type them: <c>30d</c>, <c>12h</c>, <c>90m</c>.</summary>
static class TimeSpans
{
    public static TimeSpan Read(string text) =>
        text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 100_000
            ? text[^1] switch
            {
                'd' => TimeSpan.FromDays(number),
                'h' => TimeSpan.FromHours(number),
                'm' => TimeSpan.FromMinutes(number),
                _ => throw Wrong(text),
            }
            : throw Wrong(text);

    static CommandException Wrong(string text) => new(ExitCode.Usage, $"`{text}` is no span of time. Write 30d, 12h or 90m.");
}
