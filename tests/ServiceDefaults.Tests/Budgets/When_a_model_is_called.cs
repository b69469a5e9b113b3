using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Budgets;
using Agent.Journal.Runs;
using Agent.Resp;
using Agent.ServiceDefaults.Budgets;
using Agent.TestKit;
using Microsoft.Extensions.AI;

namespace Agent.ServiceDefaults.Tests.Budgets;

public sealed class When_a_model_is_called
{
    [Fact]
    public async Task What_it_took_is_spent_and_nothing_stays_reserved()
    {
        await using var connection = await ConnectAsync();
        var (ledger, run) = (new BudgetLedger(connection), Guid.CreateVersion7());
        using var client = new BudgetedChatClient(new CountingModel(120), ledger, BundleOf("run: { tokens: 10000 }"), TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken);

        (await ledger.UseAsync($"run:{run}", "tokens")).ShouldBe(new BudgetUse(120, 120));
    }

    [Fact]
    public async Task A_call_whose_worst_case_does_not_fit_is_not_made()
    {
        await using var connection = await ConnectAsync();
        var run = Guid.CreateVersion7();
        var model = new CountingModel(4000);
        using var client = new BudgetedChatClient(model, new BudgetLedger(connection), BundleOf("run: { tokens: 6000 }"), TimeProvider.System);
        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken);

        var refused = await Should.ThrowAsync<BudgetExhaustedException>(() => client.GetResponseAsync([new(ChatRole.User, "again")], For(run, "executor"), TestContext.Current.CancellationToken));

        refused.Message.ShouldContain($"run:{run}");
        refused.Message.ShouldContain("4000 of 6000 tokens");
        model.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Workspace_day_and_installation_have_their_share_and_their_caps()
    {
        await using var connection = await ConnectAsync();
        var (ledger, workspace) = (new BudgetLedger(connection), $"/w/{Guid.CreateVersion7()}");
        var before = (await ledger.UseAsync("installation", "tokens")).Spent;
        using var client = new BudgetedChatClient(new CountingModel(4000), ledger, BundleOf("workspace: { tokens: 6000 }"), TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(Guid.CreateVersion7(), "executor", workspace), TestContext.Current.CancellationToken);
        var refused = await Should.ThrowAsync<BudgetExhaustedException>(() => client.GetResponseAsync([new(ChatRole.User, "of another run")], For(Guid.CreateVersion7(), "executor", workspace), TestContext.Current.CancellationToken));

        refused.Line!.Account.ShouldStartWith($"workspace:{workspace}:");
        (await ledger.UseAsync(refused.Line.Account, "tokens")).ShouldBe(new BudgetUse(4000, 4000));
        (await ledger.UseAsync("installation", "tokens")).Spent.ShouldBeGreaterThanOrEqualTo(before + 4000);
    }

    [Fact]
    public async Task Money_is_reserved_and_settled_where_the_model_has_a_price()
    {
        await using var connection = await ConnectAsync();
        var (ledger, run) = (new BudgetLedger(connection), Guid.CreateVersion7());
        using var client = new BudgetedChatClient(new CountingModel(1000) { DollarsForAToken = 0.001 }, ledger, BundleOf("run: { cost_usd: 6.5 }"), TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken);

        (await ledger.UseAsync($"run:{run}", "cost_microusd")).ShouldBe(new BudgetUse(1_000_000, 1_000_000));
        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<BudgetExhaustedException>(() => client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken)))
            .Message.ShouldContain("2 of 6.5 cost_usd");
    }

    [Fact]
    public async Task At_the_soft_limit_a_person_is_asked_and_the_answer_lets_it_go_on()
    {
        await using var connection = await ConnectAsync();
        var (ledger, run) = (new BudgetLedger(connection), Guid.CreateVersion7());
        using var client = new BudgetedChatClient(new CountingModel(9000), ledger, BundleOf("run: { tokens: 10000 }"), TimeProvider.System);
        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken);

        // What is left is too little for the worst case: the hard limit, until a person raises it.
        await Should.ThrowAsync<BudgetExhaustedException>(() => client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken));
        using var roomy = new BudgetedChatClient(new CountingModel(100), ledger, BundleOf("run: { tokens: 16000 }\nbudget: { soft_share: 0.5 }"), TimeProvider.System);
        await Should.ThrowAsync<BudgetAskException>(() => roomy.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken));
        await client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor", answers: Answered(new BudgetRaised("tokens", 20_000, "anna"))), TestContext.Current.CancellationToken);
        await roomy.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor", answers: Answered(new BudgetRaised("tokens", 20_000, "anna"))), TestContext.Current.CancellationToken);

        (await ledger.UseAsync($"run:{run}", "tokens")).ShouldBe(new BudgetUse(18_100, 18_100));
    }

    static BudgetAnswers Answered(BudgetRaised answer) => RunState.Fold(
        Guid.CreateVersion7(),
        [new JournalEntry(Guid.CreateVersion7(), 1, "", "", TimeProvider.System.GetUtcNow(), "door", nameof(BudgetRaised), 1, answer, default)]).Budget;

    [Fact]
    public async Task A_review_is_booked_and_never_refused()
    {
        await using var connection = await ConnectAsync();
        var (ledger, run) = (new BudgetLedger(connection), Guid.CreateVersion7());
        using var client = new BudgetedChatClient(new CountingModel(70), ledger, BundleOf("run: { tokens: 10 }"), TimeProvider.System);

        await client.GetResponseAsync([new(ChatRole.User, "judge")], For(run, "reviewer"), TestContext.Current.CancellationToken);

        (await ledger.UseAsync($"run:{run}", "tokens")).Spent.ShouldBe(70);
    }

    [Fact]
    public async Task A_call_that_fails_leaves_nothing_reserved()
    {
        await using var connection = await ConnectAsync();
        var (ledger, run) = (new BudgetLedger(connection), Guid.CreateVersion7());
        using var client = new BudgetedChatClient(new CountingModel(-1), ledger, null, TimeProvider.System);

        await Should.ThrowAsync<InvalidOperationException>(() => client.GetResponseAsync([new(ChatRole.User, "hello")], For(run, "executor"), TestContext.Current.CancellationToken));

        (await ledger.UseAsync($"run:{run}", "tokens")).ShouldBe(new BudgetUse(0, 0));
    }

    static async Task<RespConnection> ConnectAsync()
    {
        var server = await SharedServers.FindAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        return new RespConnection(RespOptions.Parse(server.ConnectionString));
    }

    static CurrentBundle BundleOf(string limits)
    {
        var loaded = PolicyBundle.Load(new Dictionary<string, string> { ["tools.yaml"] = "version: 1\nrules: []\n", ["limits.yaml"] = $"version: 1\n{limits}\n" }, GuardrailSettings.None);
        loaded.Mistakes.ShouldBeEmpty();
        var bundle = new CurrentBundle();
        bundle.Switch(loaded.Bundle!);
        return bundle;
    }

    static ChatOptions For(Guid run, string role, string workspace = "/w", BudgetAnswers? answers = null) =>
        new() { AdditionalProperties = new() { [BudgetScope.Property] = new BudgetScope(run, workspace, answers ?? new BudgetAnswers()), ["agent.role"] = role } };

    sealed class CountingModel(long tokens) : IChatClient
    {
        public int Calls { get; private set; }

        public double? DollarsForAToken { get; init; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            return tokens < 0
                ? throw new InvalidOperationException("broken")
                : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "hi")) { Usage = new UsageDetails { InputTokenCount = tokens - 20, OutputTokenCount = 20, AdditionalCounts = DollarsForAToken is { } dollars ? new() { ["agent.cost_microusd"] = (long)(tokens * dollars * 1_000_000) } : null } });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceKey is "agent.price" ? new Func<UsageDetails, double?>(usage => (usage.InputTokenCount + usage.OutputTokenCount) * DollarsForAToken) : null;

        public void Dispose()
        {
        }
    }
}
