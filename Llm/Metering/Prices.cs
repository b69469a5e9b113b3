using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Metering;

/// <summary>What a million tokens cost, by model (<c>Llm:Prices:gpt-4o-mini:Input</c>, <c>:CachedInput</c>, <c>:Output</c>, in dollars). A model without a price costs tokens only.</summary>
sealed class Prices
{
    const double Million = 1_000_000;
    static readonly string[] Kinds = ["Input", "CachedInput", "Output"];

    readonly Dictionary<string, Price> _table = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FormatException">Names every entry that is wrong.</exception>
    public Prices(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        foreach (var model in configuration.GetSection("Llm:Prices").GetChildren())
        {
            foreach (var entry in model.GetChildren())
            {
                mistakes.AddRange(MistakesOf(entry));
            }

            if (model["Input"] is null || model["Output"] is null)
            {
                mistakes.Add($"{model.Path} has no {(model["Input"] is null ? "Input" : "Output")}: give the dollars for a million tokens.");
            }
            else if (mistakes.Count == 0)
            {
                var input = Read(model["Input"])!.Value;
                _table[model.Key] = new Price(input, Read(model["CachedInput"]) ?? input, Read(model["Output"])!.Value);
            }
        }

        if (mistakes.Count > 0)
        {
            throw new FormatException(string.Join(Environment.NewLine, mistakes));
        }
    }

    /// <summary>Dollars; null: no price is known.</summary>
    public double? Of(string model, UsageDetails? usage)
    {
        if (usage is null || !_table.TryGetValue(model, out var price))
        {
            return null;
        }

        var cached = usage.CachedInputTokenCount ?? 0;
        return ((((usage.InputTokenCount ?? 0) - cached) * price.Input) + (cached * price.CachedInput) + ((usage.OutputTokenCount ?? 0) * price.Output)) / Million;
    }

    static IEnumerable<string> MistakesOf(IConfigurationSection entry)
    {
        if (!Kinds.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{entry.Path} is not known; a price has {string.Join(", ", Kinds)}.";
        }
        else if (Read(entry.Value) is null)
        {
            yield return $"{entry.Path} is `{entry.Value}`; it is a number of dollars for a million tokens, such as 0.15.";
        }
    }

    static double? Read(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < 1e6 ? number : null;

    readonly record struct Price(double Input, double CachedInput, double Output);
}
