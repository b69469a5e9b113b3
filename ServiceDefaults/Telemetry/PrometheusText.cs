using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Agent.ServiceDefaults.Telemetry;

/// <summary>Metrics in Prometheus' text format 0.0.4:
/// <code>
/// # HELP agent_llm_latency_seconds How long model replies take
/// # TYPE agent_llm_latency_seconds histogram
/// agent_llm_latency_seconds_bucket{role="planner",le="0.5"} 3
/// </code></summary>
sealed class PrometheusText
{
    readonly StringBuilder _text = new();
    readonly HashSet<string> _named = new(StringComparer.Ordinal);

    public void Add(Metric metric)
    {
        var type = TypeOf(metric.MetricType);
        var name = NameOf(metric, type);

        // Two meters may count under one name; its head stands once.
        if (_named.Add(name))
        {
            if (metric.Description is { Length: > 0 } description)
            {
                _text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", @"\\", StringComparison.Ordinal).ReplaceLineEndings(@"\n")).Append('\n');
            }

            _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            switch (metric.MetricType)
            {
                case MetricType.Histogram:
                    Histogram(name, point);
                    break;
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Line(name, point.Tags, null, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Line(name, point.Tags, null, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(name, point.Tags, null, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Line(name, point.Tags, null, point.GetGaugeLastValueDouble());
                    break;
            }
        }
    }

    public override string ToString() => _text.ToString();

    /// <summary><c>http.server.request.duration</c> in s → <c>http_server_request_duration_seconds</c>; a counter ends in <c>_total</c>.</summary>
    internal static string NameOf(Metric metric, string type)
    {
        var name = new StringBuilder(metric.Name.Length + 16);
        foreach (var character in metric.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(character) || character is '_' or ':' ? character : '_');
        }

        Suffix(name, metric.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" });
        Suffix(name, type == "counter" ? "_total" : "");
        return name.ToString();
    }

    static void Suffix(StringBuilder name, string suffix)
    {
        if (!name.ToString().EndsWith(suffix, StringComparison.Ordinal) && !name.ToString().EndsWith(suffix + "_total", StringComparison.Ordinal))
        {
            name.Append(suffix);
        }
    }

    static string TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => "gauge",
        _ => "untyped",
    };

    void Histogram(string name, in MetricPoint point)
    {
        long sum = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            sum += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            Line(name + "_bucket", point.Tags, bound, sum);
        }

        Line(name + "_sum", point.Tags, null, point.GetHistogramSum());
        Line(name + "_count", point.Tags, null, point.GetHistogramCount());
    }

    void Line(string name, ReadOnlyTagCollection tags, string? bound, double value)
    {
        _text.Append(name);
        var before = '{';
        foreach (var (key, tag) in tags)
        {
            _text.Append(before).Append(Label(key)).Append("=\"").Append(Escape(Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "")).Append('"');
            before = ',';
        }

        if (bound is not null)
        {
            _text.Append(before).Append("le=\"").Append(bound).Append('"');
            before = ',';
        }

        _text.Append(before == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    static string Label(string key) => string.Create(key.Length, key, static (label, from) =>
    {
        for (var i = 0; i < label.Length; i++)
        {
            label[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        }
    });

    static string Escape(string value) => value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings(@"\n");

    static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
