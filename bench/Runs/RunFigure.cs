using System.Globalization;
using System.Text;

namespace Agent.Bench.Runs;

/// <summary>One thing measured, and what is wanted of it.</summary>
/// <param name="Wanted">Null: it only explains another.</param>
sealed record RunFigure(string What, double Value, string Unit, double? Wanted = null, bool AtLeast = false)
{
    public bool? Met => Wanted is null ? null : AtLeast ? Value >= Wanted : Value <= Wanted;

    public static string Table(IEnumerable<RunFigure> figures)
    {
        var text = new StringBuilder("| what | measured | wanted | |\n|---|---:|---:|---|\n");
        foreach (var figure in figures)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {figure.What} | {figure.Value:0.##} {figure.Unit} | {(figure.Wanted is null ? "" : $"{(figure.AtLeast ? "≥" : "≤")} {figure.Wanted:0.##}")} | {figure.Met switch { true => "met", false => "missed", _ => "" }} |");
        }

        return text.ToString();
    }

    public static double Percentile(List<double> times, int percent)
    {
        var sorted = times.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }
}
