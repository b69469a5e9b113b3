using Quartz;

namespace Agent.ServiceDefaults.Schedules;

/// <summary>Times of a cron expression in a time zone, by Quartz: five fields are read as crontab does, six or seven (seconds first) as Quartz does.</summary>
public static class CronTimes
{
    const int CrontabFields = 5;

    /// <summary>What is wrong with it; null if nothing.</summary>
    public static string? Mistake(string? cron, string? timeZone, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(cron))
        {
            return "The cron expression is empty. `30 2 * * 1-5` is half past two from Monday to Friday.";
        }

        if (timeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
        {
            return $"There is no time zone \"{timeZone}\". Give an IANA name, such as Europe/Berlin or UTC.";
        }

        try
        {
            return Of(cron, timeZone ?? "UTC").GetNextValidTimeAfter(now) is null ? $"The cron expression \"{cron}\" names no time that is to come." : null;
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            return $"The cron expression \"{cron}\" can not be read: {malformed.Message.ReplaceLineEndings(" ")} It has five fields (minute, hour, day of month, month, day of week): `30 2 * * 1-5`; or six with seconds first, as Quartz writes them: `0 30 2 ? * MON-FRI`.";
        }
    }

    /// <summary>Times after one and not after another, at most so many.</summary>
    public static IReadOnlyList<DateTimeOffset> Between(string cron, string timeZone, DateTimeOffset after, DateTimeOffset upTo, int most)
    {
        var expression = Of(cron, timeZone);
        var times = new List<DateTimeOffset>();
        for (var time = expression.GetNextValidTimeAfter(after); time is { } at && at <= upTo && times.Count < most; time = expression.GetNextValidTimeAfter(at))
        {
            times.Add(at.ToUniversalTime());
        }

        return times;
    }

    static CronExpression Of(string cron, string timeZone) =>
        CronExpression.Parse(cron, cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == CrontabFields ? CronFormat.Unix : CronFormat.Quartz)
            .WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(timeZone));
}
