using Agent.Contracts;

namespace Agent.Dashboard.Web.Live;

/// <summary>Where a step stands in the drawing: layers follow the dependencies, lanes lie beside each other.</summary>
public sealed record GraphNode(string Id, int Layer, double Lane);

/// <summary>A dependency as points to pass; those between the ends keep it out of other steps' places.</summary>
public sealed record GraphEdge(string From, string To, IReadOnlyList<(int Layer, double Lane)> Points);

/// <summary>A plan laid out for drawing. Pure.</summary>
public sealed record PlanGraph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, int Layers, int Lanes)
{
    public static PlanGraph Of(IReadOnlyList<PlanStep> steps)
    {
        var layers = LayerOf(steps);
        var places = new List<Place>();
        foreach (var step in steps.OrderBy(step => layers[step.Id]))
        {
            places.Add(new Place(step.Id, layers[step.Id], []));
        }

        var needs = steps.ToDictionary(step => step.Id, step => step.DependsOn, StringComparer.Ordinal);
        var byId = places.ToDictionary(place => place.Key, StringComparer.Ordinal);
        var chains = new List<(string From, string To, List<Place> Way)>();
        foreach (var step in steps)
        {
            foreach (var dependency in Telling(step, needs))
            {
                var way = new List<Place> { byId[dependency] };
                for (var layer = layers[dependency] + 1; layer < layers[step.Id]; layer++)
                {
                    var bend = new Place($"{dependency}>{step.Id}@{layer}", layer, [way[^1]]);
                    places.Add(bend);
                    way.Add(bend);
                }

                byId[step.Id].Before.Add(way[^1]);
                way.Add(byId[step.Id]);
                chains.Add((dependency, step.Id, way));
            }
        }

        var lanes = Arrange(places);
        return new PlanGraph(
            [.. steps.Select(step => new GraphNode(step.Id, byId[step.Id].Layer, byId[step.Id].Lane))],
            [.. chains.Select(chain => new GraphEdge(chain.From, chain.To, [.. chain.Way.Select(place => (place.Layer, place.Lane))]))],
            places.Count == 0 ? 0 : places.Max(place => place.Layer) + 1,
            lanes);
    }

    /// <summary>The longest way from a step without dependencies. Ends also on a cycle, which an accepted plan has not.</summary>
    static Dictionary<string, int> LayerOf(IReadOnlyList<PlanStep> steps)
    {
        var layers = steps.ToDictionary(step => step.Id, _ => 0, StringComparer.Ordinal);
        var isMoving = true;
        for (var round = 0; isMoving && round < steps.Count; round++)
        {
            isMoving = false;
            foreach (var step in steps)
            {
                var layer = step.DependsOn.Where(layers.ContainsKey).Select(id => Math.Min(layers[id] + 1, steps.Count)).Append(layers[step.Id]).Max();
                isMoving |= layer != layers[step.Id];
                layers[step.Id] = layer;
            }
        }

        return layers;
    }

    /// <summary>The dependencies that no other one implies already; drawing those too would only add lines.</summary>
    static IEnumerable<string> Telling(PlanStep step, Dictionary<string, IReadOnlyList<string>> needs)
    {
        var known = step.DependsOn.Where(needs.ContainsKey).ToList();
        if (known.Count < 2)
        {
            return known;
        }

        var implied = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(known.SelectMany(id => needs[id]));
        while (open.TryPop(out var id))
        {
            if (needs.TryGetValue(id, out var its) && implied.Add(id))
            {
                foreach (var further in its)
                {
                    open.Push(further);
                }
            }
        }

        return known.Where(id => !implied.Contains(id));
    }

    /// <summary>Puts each place near those it comes from, and each layer in the middle.</summary>
    static int Arrange(List<Place> places)
    {
        var layers = places.GroupBy(place => place.Layer).OrderBy(layer => layer.Key).Select(layer => layer.ToList()).ToList();
        var widest = layers.Count == 0 ? 0 : layers.Max(layer => layer.Count);
        foreach (var layer in layers)
        {
            var ordered = layer.OrderBy(place => place.Before.Count == 0 ? 0 : place.Before.Average(before => before.Lane)).ToList();
            for (var index = 0; index < ordered.Count; index++)
            {
                ordered[index].Lane = index + ((widest - ordered.Count) / 2.0);
            }
        }

        return widest;
    }

    sealed class Place(string key, int layer, List<Place> before)
    {
        public string Key => key;

        public int Layer => layer;

        public List<Place> Before => before;

        public double Lane { get; set; }
    }
}
