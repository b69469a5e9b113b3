using System.Runtime.CompilerServices;
using Agent.Guardrails;
using Agent.Journal.Budgets;
using Microsoft.Extensions.AI;

namespace Agent.ServiceDefaults.Budgets;

/// <summary>Reserves a model call's worst case, in tokens and money, from the budgets of its run, workspace, day and installation before it is made, and settles it to what it took. Caps come from <c>limits.yaml</c>.</summary>
sealed class BudgetedChatClient(IChatClient inner, BudgetLedger ledger, CurrentBundle? bundle, TimeProvider time) : DelegatingChatClient(inner)
{
    const string Role = "agent.role";

    /// <summary>Under this name the model's client tells what a use would cost (<c>Func&lt;UsageDetails, double?&gt;</c>, dollars), and under the next, in a reply, what it did.</summary>
    const string Price = "agent.price";
    const string Cost = "agent.cost_microusd";

    // A token is rarely less than three characters; what the server adds around messages and tools is allowed for.
    const int LeastCharactersPerToken = 3;
    const long Around = 1000;
    const long LongestAnswer = 4096;

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (options?.AdditionalProperties?.TryGetValue(BudgetScope.Property, out var found) is not true || found is not BudgetScope scope)
        {
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }

        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        await using var reservation = await ledger.ReserveAsync(Lines(scope, conversation, options), cancellationToken);
        CrashPoint.Reach("budget.reserved");
        var response = await base.GetResponseAsync(conversation, options, cancellationToken);
        CrashPoint.Reach("budget.unsettled");
        await reservation.SettleAsync([.. reservation.Lines.Select(line => Took(line, response.Usage))], CancellationToken.None);
        CrashPoint.Reach("budget.settled");
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    IReadOnlyList<BudgetLine> Lines(BudgetScope scope, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        var limits = bundle?.Value?.Limits ?? PolicyLimits.Default;
        var now = time.GetUtcNow();
        var worst = new UsageDetails { InputTokenCount = (messages.Sum(Length) / LeastCharactersPerToken) + Around, OutputTokenCount = options.MaxOutputTokens ?? LongestAnswer };

        // A review is owed for what was done already: it is booked, and never refused.
        var isOwed = options.AdditionalProperties!.TryGetValue(Role, out var role) && role is "reviewer";
        var tokens = scope.Lines(limits, now, BudgetText.Tokens, worst.InputTokenCount.Value + worst.OutputTokenCount.Value, isOwed);
        return this.GetService(typeof(Func<UsageDetails, double?>), Price) is Func<UsageDetails, double?> price && price(worst) is { } dollars
            ? [.. tokens, .. scope.Lines(limits, now, BudgetText.CostMicroUsd, (long)Math.Ceiling(dollars * (double)BudgetText.MicroUsd), isOwed)]
            : tokens;
    }

    static long Took(BudgetLine line, UsageDetails? usage) => line.Unit == BudgetText.CostMicroUsd
        ? usage?.AdditionalCounts?.TryGetValue(Cost, out var cost) is true ? cost : 0
        : (usage?.InputTokenCount ?? 0) + (usage?.OutputTokenCount ?? 0);

    static long Length(ChatMessage message) => message.Contents.Sum(content => content switch
    {
        TextContent text => text.Text.Length,
        FunctionResultContent result => result.Result?.ToString()?.Length ?? 0,
        FunctionCallContent call => call.Arguments?.Sum(argument => (long)argument.Key.Length + (argument.Value?.ToString()?.Length ?? 0)) ?? 0,
        _ => 0L,
    });
}
