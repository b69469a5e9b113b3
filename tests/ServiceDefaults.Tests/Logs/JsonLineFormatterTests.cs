using System.Diagnostics;
using System.Text.Json;
using Agent.ServiceDefaults.Logs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.ServiceDefaults.Tests.Logs;

public class JsonLineFormatterTests
{
    [Fact]
    public void Write_AMessageWithIds_GivesThemFieldsOfTheirOwn()
    {
        var runId = Guid.CreateVersion7();

        var line = Write(LogLevel.Warning, null, [new("RunId", runId), new("StepId", "survey"), new("Tool", "read_file")], "Step survey called read_file");

        line.GetProperty("level").GetString().ShouldBe("warning");
        line.GetProperty("logger").GetString().ShouldBe("Agent.Test");
        line.GetProperty("message").GetString().ShouldBe("Step survey called read_file");
        line.GetProperty("run_id").GetString().ShouldBe(runId.ToString());
        line.GetProperty("step_id").GetString().ShouldBe("survey");
        line.GetProperty("timestamp").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        line.TryGetProperty("tool", out _).ShouldBeFalse();
    }

    [Fact]
    public void Write_ADomainEvent_HasItsFields()
    {
        var line = Write(LogLevel.Information, null, [new("EventType", "critical_state"), new("Protocol", "scarcity"), new("Action", "shrink_plan"), new("Metadata", "left=10")], "x");

        line.GetProperty("event_type").GetString().ShouldBe("critical_state");
        line.GetProperty("protocol").GetString().ShouldBe("scarcity");
        line.GetProperty("action").GetString().ShouldBe("shrink_plan");
        line.GetProperty("metadata").GetString().ShouldBe("left=10");
    }

    [Fact]
    public void Write_InsideAScope_TakesTheIdsFromIt()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push(new Dictionary<string, object?> { ["RunId"] = "r1" });

        Write(LogLevel.Information, scopes, [], "x").GetProperty("run_id").GetString().ShouldBe("r1");
    }

    [Fact]
    public void Write_InsideAnActivity_NamesItsTrace()
    {
        using var activity = new Activity("work").Start();

        Write(LogLevel.Information, null, [], "x").GetProperty("trace_id").GetString().ShouldBe(activity.TraceId.ToHexString());
    }

    [Fact]
    public void Write_LineBreaksAndSecrets_StaysOneLineWithoutThem()
    {
        var line = Write(LogLevel.Information, null, [], "first\nsecond password=hunter2");

        line.GetProperty("message").GetString().ShouldBe("first\nsecond password=***");
    }

    static JsonElement Write(LogLevel level, IExternalScopeProvider? scopes, KeyValuePair<string, object?>[] state, string message)
    {
        using var output = new StringWriter();
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(level, "Agent.Test", default, state, null, (_, _) => message);

        new JsonLineFormatter(TimeProvider.System).Write(entry, scopes, output);

        var text = output.ToString();
        text.TrimEnd('\r', '\n').ShouldNotContain("\n");
        return JsonDocument.Parse(text).RootElement;
    }
}
