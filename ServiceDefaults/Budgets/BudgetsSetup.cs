using Agent.Journal.Budgets;
using Agent.Resp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Agent.ServiceDefaults.Budgets;

/// <summary>Budgets around a service's model.</summary>
public static class BudgetsSetup
{
    /// <summary>Adds the ledger of budgets, as all services have it.</summary>
    public static IServiceCollection AddBudgetLedger(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new BudgetLedger(provider.GetRequiredService<RespConnection>()));
        return services;
    }

    /// <summary>Puts the budget in front of the <see cref="IChatClient"/> that was added before. A model that counts no tokens is left as it is.</summary>
    public static WebApplicationBuilder AddModelBudget(this WebApplicationBuilder builder)
    {
        builder.Services.AddBudgetLedger();
        var model = builder.Services.Last(service => service.ServiceType == typeof(IChatClient));
        builder.Services.Remove(model);
        builder.Services.AddSingleton(services =>
        {
            var inner = model.ImplementationInstance as IChatClient ?? (IChatClient)model.ImplementationFactory!(services);
            return inner.GetService<ChatClientMetadata>() is { ProviderName: "offline" }
                ? inner
                : new BudgetedChatClient(inner, services.GetRequiredService<BudgetLedger>(), services.GetService<CurrentBundle>(), services.GetRequiredService<TimeProvider>());
        });
        return builder;
    }
}
