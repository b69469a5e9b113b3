using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Agent.ServiceDefaults.Telemetry;

/// <summary>Collects on demand and keeps the text of the last collection. <see cref="ExportModes.Push"/>, since <see cref="ExportModes.Pull"/> hands over nothing
/// to an exporter that is not told when.</summary>
sealed class PrometheusReader() : BaseExportingMetricReader(new TextExporter())
{
    readonly Lock _gate = new();

    public string Scrape()
    {
        lock (_gate)
        {
            Collect();
            return ((TextExporter)exporter).Text;
        }
    }

    [ExportModes(ExportModes.Push)]
    sealed class TextExporter : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new PrometheusText();
            foreach (var metric in batch)
            {
                text.Add(metric);
            }

            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
