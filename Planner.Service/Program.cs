using Agent.Journal;
using Agent.Llm;
using Agent.Planner.Service.Budgets;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Replaying;
using Agent.Planner.Service.Runs;
using Agent.Planner.Service.Schedules;
using Agent.Planner.Service.Supervision;
using Agent.Planner.Service.Webhooks;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Budgets;
using Agent.ServiceDefaults.Http;
using Agent.ServiceDefaults.Replaying;
using MassTransit;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGuardrails();
builder.Services.AddLlm(builder.Configuration, ModelRole.Planner);
builder.AddModelBudget();
builder.Services.AddAuditTrail();
builder.AddRuns();
builder.AddSchedules();
builder.AddWebhooks();
builder.AddBus(bus =>
{
    bus.AddConsumer<PlanRunConsumer>();
    bus.AddConsumer<RunAdvancedConsumer>();
});

var app = builder.Build();
app.UseInternalKey();
app.MapDefaultEndpoints();
app.MapDryResume();
app.MapReplays(services => services.GetRequiredService<RunReplay>().PlayAsync);
app.MapBudgets();
app.MapPlanCheck();
app.MapBacktests();
await app.RunAsync();
