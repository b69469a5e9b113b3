using System.Diagnostics.Metrics;
using Agent.ServiceDefaults.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Agent.ServiceDefaults.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    readonly Meter _meter = new("Agent.Test." + Guid.CreateVersion7());
    readonly PrometheusReader _reader = new();
    readonly MeterProvider _provider;

    public PrometheusTextTests() => _provider = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(_reader).Build();

    [Fact]
    public void Scrape_ACounter_IsATotalWithItsLabels()
    {
        var steps = _meter.CreateCounter<long>("agent_steps_total", description: "Steps that ended");
        steps.Add(2, new KeyValuePair<string, object?>("state", "accepted"));
        steps.Add(1, new KeyValuePair<string, object?>("state", "a\"b\\c\nd"));

        var text = _reader.Scrape();

        text.ShouldContain("# HELP agent_steps_total Steps that ended\n# TYPE agent_steps_total counter\n");
        text.ShouldContain("agent_steps_total{state=\"accepted\"} 2\n");
        text.ShouldContain("""agent_steps_total{state="a\"b\\c\nd"} 1""");
    }

    [Fact]
    public void Scrape_AHistogram_HasCumulativeBuckets()
    {
        var latency = _meter.CreateHistogram("agent.llm.latency", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        latency.Record(0.1);
        latency.Record(1);
        latency.Record(5);

        var text = _reader.Scrape();

        text.ShouldContain("# TYPE agent_llm_latency_seconds histogram\n");
        text.ShouldContain("agent_llm_latency_seconds_bucket{le=\"0.5\"} 1\n");
        text.ShouldContain("agent_llm_latency_seconds_bucket{le=\"2\"} 2\n");
        text.ShouldContain("agent_llm_latency_seconds_bucket{le=\"+Inf\"} 3\n");
        text.ShouldContain("agent_llm_latency_seconds_sum 6.1\n");
        text.ShouldContain("agent_llm_latency_seconds_count 3\n");
    }

    [Fact]
    public void Scrape_AGaugeAndAnUpDownCounter_AreGauges()
    {
        _meter.CreateObservableGauge("agent_queue_depth", () => 7);
        _meter.CreateUpDownCounter<int>("agent_open").Add(-3);

        var text = _reader.Scrape();

        text.ShouldContain("# TYPE agent_queue_depth gauge\nagent_queue_depth 7\n");
        text.ShouldContain("# TYPE agent_open gauge\nagent_open -3\n");
    }

    [Fact]
    public void Scrape_Again_CountsOn()
    {
        var calls = _meter.CreateCounter<long>("agent_calls");
        calls.Add(1);
        _reader.Scrape();
        calls.Add(1);

        _reader.Scrape().ShouldContain("agent_calls_total 2\n");
    }

    public void Dispose()
    {
        _provider.Dispose();
        _reader.Dispose();
        _meter.Dispose();
    }
}
