using Agent.Llm;
using Agent.Reviewer.Service.Replaying;
using Agent.Reviewer.Service.Reviews;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Budgets;
using Agent.ServiceDefaults.Http;
using Agent.ServiceDefaults.Replaying;
using MassTransit;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGuardrails();
builder.Services.AddLlm(builder.Configuration, ModelRole.Reviewer);
builder.AddModelBudget();
builder.AddReviews();
builder.AddBus(bus =>
{
    bus.AddConsumer<ReviewStepConsumer>();
    bus.AddConsumer<ReviewRunConsumer>();
});

var app = builder.Build();
app.UseInternalKey();
app.MapDefaultEndpoints();
app.MapReplays(services => services.GetRequiredService<ReviewReplay>().PlayAsync);
await app.RunAsync();
