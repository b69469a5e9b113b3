using System.Collections.Concurrent;
using Agent.Executor.Service.Tools;
using Agent.Journal;
using Agent.Llm.Cassettes;
using Microsoft.Extensions.AI;

namespace Agent.Executor.Service.Steps;

/// <summary>What a step's model is offered.</summary>
interface IToolOffers
{
    /// <param name="hints">Names of tools; none = all.</param>
    Task<ToolOffer> OfferAsync(IReadOnlyList<string> hints, CancellationToken cancellationToken);
}

/// <summary>Offers the tools there are, and keeps each offer under its digest, so that a question can be made again when the tools have changed.</summary>
sealed class ToolOffers(ToolCatalogue catalogue, Artefacts artefacts) : IToolOffers
{
    const int Capacity = 256;

    readonly ConcurrentDictionary<string, bool> _kept = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, (IReadOnlyList<ITool> Tools, ToolOffer Offer)> _made = new(StringComparer.Ordinal);

    public async Task<ToolOffer> OfferAsync(IReadOnlyList<string> hints, CancellationToken cancellationToken)
    {
        var tools = await catalogue.OfferedAsync(hints, cancellationToken);
        var offer = Offer(string.Join('\n', hints), tools);
        if (!_kept.ContainsKey(offer.Digest))
        {
            // For good and not for a run: few offers serve all runs.
            await artefacts.PutAsync(offer.Canonical, cancellationToken);
            _kept[offer.Digest] = true;
        }

        return offer;
    }

    /// <summary>The offer made before for these hints, as long as they still stand for the very same tools: writing all schemas canonically takes longer than the rest of a turn.</summary>
    ToolOffer Offer(string hints, IReadOnlyList<ITool> tools)
    {
        if (_made.TryGetValue(hints, out var made) && made.Tools.SequenceEqual(tools, ReferenceEqualityComparer.Instance))
        {
            return made.Offer;
        }

        if (_made.Count >= Capacity)
        {
            _made.Clear();
        }

        var offer = ToolOffer.Of([.. tools.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Description.Name, tool.Description.Text, tool.Description.Schema))]);
        _made[hints] = (tools, offer);
        return offer;
    }
}
