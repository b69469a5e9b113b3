using System.Globalization;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Bench.Runs;

/// <summary>Plans whose steps do nothing: the model answers without a tool.</summary>
static class BenchPlans
{
    /// <summary>One after the other.</summary>
    public static Plan Chain(int steps) => new("A chain.", [.. Enumerable.Range(0, steps).Select(number => Step(number, number == 0 ? [] : [Id(number - 1)]))]);

    /// <summary>Independent of each other.</summary>
    public static Plan Wide(int steps) => new("Side by side.", [.. Enumerable.Range(0, steps).Select(number => Step(number, []))]);

    /// <summary>A first step, eight side by side, and one that needs them all: ten steps.</summary>
    public static Plan Diamond() => new("A diamond.", [Step(0, []), .. Enumerable.Range(1, 8).Select(number => Step(number, [Id(0)])), Step(9, [.. Enumerable.Range(1, 8).Select(Id)])]);

    /// <summary>So many side by side, and one that needs them all.</summary>
    public static Plan Fan(int width) => new("A fan.", [.. Wide(width).Steps, Step(width, [.. Enumerable.Range(0, width).Select(Id)])]);

    /// <summary>One step that runs one command.</summary>
    public static Plan Command(params string[] argv) => new(
        "A command.", [new PlanStep("s0", "A command", $$"""Run it. {"do":"run_check","command":{{JsonSerializer.Serialize(argv)}}}""", [], [], EffectClass.Irreversible, [])]);

    static PlanStep Step(int number, IReadOnlyList<string> after) => new(Id(number), "Nothing", """Do nothing. {"do":"report"}""", after, [], EffectClass.Pure, []);

    static string Id(int number) => number.ToString("'s'0", CultureInfo.InvariantCulture);
}
