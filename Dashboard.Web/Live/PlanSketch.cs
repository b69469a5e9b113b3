using System.Globalization;
using System.Text;

namespace Agent.Dashboard.Web.Live;

/// <summary>A plan's drawing in numbers: where boxes and lines go. Pure.</summary>
public sealed record PlanSketch(int Width, int Height, IReadOnlyDictionary<string, SketchBox> Boxes, IReadOnlyList<SketchLine> Lines)
{
    public const int NodeWidth = 224;

    public const int NodeHeight = 54;

    const int Margin = 6;
    const int GapAlong = 40;
    const int GapAside = 16;
    const int Tip = 6;

    /// <summary>Room for lines beside a column of steps.</summary>
    const int Rail = 46;

    public string ViewBox => string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}");

    /// <summary>One below the other, dependencies first, for a narrow screen; lines that skip steps run beside them.</summary>
    public static PlanSketch Down(PlanGraph graph)
    {
        var rows = graph.Nodes.OrderBy(node => node.Layer).ThenBy(node => node.Lane).Select((node, row) => (node.Id, row)).ToDictionary(place => place.Id, place => place.row, StringComparer.Ordinal);
        double Top(int row) => Margin + (row * (NodeHeight + GapAside));
        double Middle(string id) => Top(rows[id]) + (NodeHeight / 2.0);

        return new PlanSketch(
            Rail + NodeWidth + Margin,
            (int)Top(rows.Count) + Margin - GapAside,
            rows.ToDictionary(place => place.Key, place => new SketchBox(Rail, Top(place.Value)), StringComparer.Ordinal),
            [.. graph.Edges.Select(edge =>
            {
                var (from, to) = (Middle(edge.From), Middle(edge.To));
                var lane = Math.Max(Margin, Rail - 16 - (5 * (rows[edge.To] - rows[edge.From])));
                return new SketchLine(
                    edge.From,
                    $"M{Text(Rail, from)} C{Text(lane, from)} {Text(lane, from + 4)} {Text(lane, from + 14)} L{Text(lane, to - 14)} C{Text(lane, to - 4)} {Text(lane, to)} {Text(Rail - Tip, to)}",
                    Head(Rail, to));
            })]);
    }

    /// <summary>Text that fits its box.</summary>
    public static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)].TrimEnd() + "…";

    /// <summary>Layers from left to right.</summary>
    public static PlanSketch Across(PlanGraph graph)
    {
        var width = (2 * Margin) + (graph.Layers * NodeWidth) + (Math.Max(0, graph.Layers - 1) * GapAlong);
        var height = (2 * Margin) + (graph.Lanes * NodeHeight) + (Math.Max(0, graph.Lanes - 1) * GapAside);
        var boxes = graph.Nodes.ToDictionary(node => node.Id, node => new SketchBox(Left(node.Layer), Top(node.Lane)), StringComparer.Ordinal);
        return new PlanSketch(width, height, boxes, [.. graph.Edges.Select(Line)]);

        static double Left(int layer) => Margin + (layer * (NodeWidth + GapAlong));
        static double Top(double lane) => Margin + (lane * (NodeHeight + GapAside));
        static double Middle(double lane) => Top(lane) + (NodeHeight / 2.0);

        static SketchLine Line(GraphEdge edge)
        {
            var path = new StringBuilder();
            var last = edge.Points.Count - 1;
            var (x, y) = (Left(edge.Points[0].Layer) + NodeWidth, Middle(edge.Points[0].Lane));
            path.Append('M').Append(Text(x, y));
            for (var index = 1; index <= last; index++)
            {
                var (layer, lane) = edge.Points[index];
                var (nextX, nextY) = (Left(layer) - (index == last ? Tip : 0), Middle(lane));
                var bend = (nextX - x) / 2;
                path.Append(" C").Append(Text(x + bend, y)).Append(' ').Append(Text(nextX - bend, nextY)).Append(' ').Append(Text(nextX, nextY));
                (x, y) = (nextX, nextY);
                if (index < last)
                {
                    // Straight through the lane kept free for it.
                    x += NodeWidth;
                    path.Append(" L").Append(Text(x, y));
                }
            }

            return new SketchLine(edge.From, path.ToString(), Head(x + Tip, y));
        }
    }

    static string Head(double x, double y) => $"M{Text(x, y)} L{Text(x - Tip - 1, y - 4)} L{Text(x - Tip - 1, y + 4)} Z";

    static string Text(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");
}

/// <summary>Upper left corner of a step's box.</summary>
public sealed record SketchBox(double X, double Y)
{
    public string Transform => string.Create(CultureInfo.InvariantCulture, $"translate({X:0.#} {Y:0.#})");
}

/// <summary>A dependency's curve and its arrow head, as SVG path data.</summary>
public sealed record SketchLine(string From, string Path, string Head);
