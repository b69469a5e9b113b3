using Agent.Contracts;
using Agent.Dashboard.Web.Live;
using Agent.Dashboard.Web.Tests.Samples;
using FsCheck;
using FsCheck.Fluent;

namespace Agent.Dashboard.Web.Tests.Live;

public class PlanGraphTests
{
    [Fact]
    public void Of_SideBySideSteps_PutsThemInOneLayer()
    {
        var graph = PlanGraph.Of(SampleRuns.DescribePlan.Steps);

        graph.Layers.ShouldBe(3);
        graph.Lanes.ShouldBe(3);
        graph.Nodes.Where(node => node.Layer == 1).Select(node => node.Id).ShouldBe(["languages", "projects", "history"]);
    }

    [Fact]
    public void Of_DependencyThatAnotherImplies_DrawsNoLineForIt()
    {
        var graph = PlanGraph.Of(SampleRuns.DescribePlan.Steps);

        graph.Edges.ShouldNotContain(edge => edge.From == "survey" && edge.To == "report");
        graph.Edges.Count.ShouldBe(6);
    }

    [Fact]
    public void Of_LineThatSkipsALayer_KeepsALaneFreeForIt()
    {
        var graph = PlanGraph.Of([Step("a"), Step("b"), Step("c", "b"), Step("d", "a", "c")]);

        var edge = graph.Edges.Single(edge => edge.From == "a");
        edge.Points.Count.ShouldBe(3);
        graph.Nodes.ShouldNotContain(node => node.Layer == 1 && node.Lane == edge.Points[1].Lane);
    }

    [Fact]
    public void Of_NoSteps_IsEmpty() => PlanGraph.Of([]).ShouldSatisfyAllConditions(graph => graph.Nodes.ShouldBeEmpty(), graph => graph.Layers.ShouldBe(0));

    [Fact]
    public void Of_AnyPlan_GivesEachStepAPlaceOfItsOwnAfterWhatItNeeds() => Prop.ForAll(Plans(), steps =>
    {
        var graph = PlanGraph.Of(steps);

        var layers = graph.Nodes.ToDictionary(node => node.Id, node => node.Layer);
        graph.Nodes.Select(node => (node.Layer, node.Lane)).Distinct().Count().ShouldBe(steps.Count);
        steps.SelectMany(step => step.DependsOn.Select(id => (Before: layers[id], After: layers[step.Id]))).ShouldAllBe(pair => pair.Before < pair.After);
        foreach (var sketch in (PlanSketch[])[PlanSketch.Across(graph), PlanSketch.Down(graph)])
        {
            sketch.Boxes.Values.ShouldAllBe(box => box.X >= 0 && box.Y >= 0 && box.X + PlanSketch.NodeWidth <= sketch.Width && box.Y + PlanSketch.NodeHeight <= sketch.Height);
        }
    }).QuickCheckThrowOnFailure();

    /// <summary>Plans without cycles: a step may need any of those before it.</summary>
    static Arbitrary<List<PlanStep>> Plans() => Arb.From(
        from count in Gen.Choose(1, 12)
        from seeds in Gen.ListOf(Gen.Choose(0, 4095), count)
        select seeds.Select((seed, index) => Step("s" + index, [.. Enumerable.Range(0, index).Where(before => (seed >> before & 1) == 1 && before % 3 == seed % 3).Select(before => "s" + before)])).ToList());

    static PlanStep Step(string id, params string[] dependsOn) => new(id, id, "", dependsOn, [], EffectClass.Pure, []);
}
