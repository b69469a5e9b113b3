using System.Diagnostics;
using Agent.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Agent.ServiceDefaults.Tests.Telemetry;

public class When_telemetry_leaves
{
    [Fact]
    public void Spans_carry_no_secrets_and_no_personal_data()
    {
        using var traces = new RedactedTraces();
        using var activity = new Activity("call").Start();
        activity.SetTag("url.full", "https://example.com/?token=abcdef123456&mail=jane.doe@example.com");
        activity.SetTag("agent.run_id", "01a1f8ff-ad77-7b12-bafe-4786a25ab1da");
        activity.SetTag("http.response.status_code", 200);
        activity.SetStatus(ActivityStatusCode.Error, "no answer for +49 30 1234567");

        traces.OnEnd(activity);

        activity.GetTagItem("url.full").ShouldBe("https://example.com/?token=***&mail=[e-mail]");
        activity.GetTagItem("agent.run_id").ShouldBe("01a1f8ff-ad77-7b12-bafe-4786a25ab1da");
        activity.GetTagItem("http.response.status_code").ShouldBe(200);
        activity.StatusDescription.ShouldBe("no answer for [phone]");
        activity.Status.ShouldBe(ActivityStatusCode.Error);
    }

    [Fact]
    public void Log_records_carry_no_secrets_and_no_personal_data()
    {
        var kept = new Kept();
        using (var factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.AddProcessor(new RedactedLogs());
            options.AddProcessor(kept);
        })))
        {
            factory.CreateLogger("x").LogError(new InvalidOperationException("card 4111 1111 1111 1111"), "asked by {Who} with password={Password}", "jane.doe@example.com", "hunter2hunter2");
        }

        var everything = string.Join('\n', kept.Texts);
        everything.ShouldContain("[e-mail]");
        everything.ShouldContain("[card]");
        everything.ShouldContain("exception.type=System.InvalidOperationException");
        everything.ShouldNotContain("jane.doe");
        everything.ShouldNotContain("4111");
    }

    // A record is used again once its processors have seen it.
    sealed class Kept : BaseProcessor<LogRecord>
    {
        public List<string> Texts { get; } = [];

        public override void OnEnd(LogRecord data)
        {
            Texts.Add($"{data.FormattedMessage}\n{data.Body}\n{data.Exception}");
            Texts.AddRange((data.Attributes ?? []).Select(one => $"{one.Key}={one.Value}"));
        }
    }
}
